"""Settings that earlier versions stored are still read."""

import os
from pathlib import Path

import pytest

from tests.earlier.installing import VERSIONS, install
from tlgui.learning.recipes.recipe import load_recipe
from tlgui.learning.trust import Caution
from tlgui.ui.session.settings import (
    EXPORT_FOLDER,
    RECENT_FOLDERS,
    SORT_FOLDER,
    SORT_KEYWORDS,
    SORT_PATTERN,
    WATCH_FOLDER,
    Settings,
)

BEFORE_SORTING = ("v0.1.0", "v0.2.0", "v0.3.0")


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_settings_are_as_they_were(version: Path, tmp_path: Path) -> None:
    folder = install(version, tmp_path / "photos")
    settings = Settings()

    assert settings.value(RECENT_FOLDERS) == (str(folder),)
    assert settings.value(EXPORT_FOLDER) == os.environ["HOME"]
    assert settings.recipe() == load_recipe(version / "recipes/changed.json")


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_settings_of_the_sort_are_as_they_were(version: Path, tmp_path: Path) -> None:
    install(version, tmp_path / "photos")
    settings = Settings()
    found = (*(settings.value(each) for each in (SORT_FOLDER, SORT_PATTERN, WATCH_FOLDER)), settings.caution())
    place = str(tmp_path)
    chosen = (f"{place}/moved", "{class}/{name}", f"{place}/card", Caution(wrong_at_most=0.1, is_by_class=True))

    # Earlier ones had none of these.
    assert found == (("", "", "", Caution()) if version.name in BEFORE_SORTING else chosen)
    assert settings.value(SORT_KEYWORDS) is (version.name not in BEFORE_SORTING)
