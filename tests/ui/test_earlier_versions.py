"""Settings that earlier versions stored are still read."""

import os
from pathlib import Path

import pytest

from tests.earlier.installing import VERSIONS, install
from tlgui.learning.recipes.recipe import load_recipe
from tlgui.ui.session.settings import EXPORT_FOLDER, RECENT_FOLDERS, Settings


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_settings_are_as_they_were(version: Path, tmp_path: Path) -> None:
    folder = install(version, tmp_path / "photos")
    settings = Settings()

    assert settings.value(RECENT_FOLDERS) == (str(folder),)
    assert settings.value(EXPORT_FOLDER) == os.environ["HOME"]
    assert settings.recipe() == load_recipe(version / "recipes/changed.json")
