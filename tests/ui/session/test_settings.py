from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from tlgui.learning.recipes.built_in import BUILT_IN, QUICK
from tlgui.learning.trust import WRONG_AT_MOST, Caution
from tlgui.ui.session.settings import (
    ANSWERS_FOR_ONE_WRONG,
    CAUTION_BY_CLASS,
    EXPORT_FOLDER,
    RECENT_FOLDERS,
    RECIPE,
    Settings,
)


def reopened(path: Path, settings: Settings) -> Settings:
    settings.save()
    return Settings(path)


def test_values_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    settings = Settings(path)
    recipe = replace(BUILT_IN["balanced"], epochs=7, name="Mine, “quoted”; 100 %")
    settings.set_value(EXPORT_FOLDER, '/home/anna/Bäume, 🎉 & "more"')
    settings.set_recipe(recipe)
    settings.set_geometry(QByteArray(b"\x00\x01geometry"))
    settings.add_recent(RECENT_FOLDERS, Path("/only, one"))
    again = reopened(path, settings)
    assert again.value(EXPORT_FOLDER) == '/home/anna/Bäume, 🎉 & "more"'
    assert again.recipe() == recipe
    assert again.geometry() == QByteArray(b"\x00\x01geometry")
    assert again.value(RECENT_FOLDERS) == (str(Path("/only, one")),)


def test_recent_keeps_the_latest_first_once_and_a_few(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    for number in range(12):
        settings.add_recent(RECENT_FOLDERS, tmp_path / str(number))
    settings.add_recent(RECENT_FOLDERS, tmp_path / "9")
    recent = settings.value(RECENT_FOLDERS)
    assert recent[:3] == (str(tmp_path / "9"), str(tmp_path / "11"), str(tmp_path / "10"))
    assert len(recent) == 8
    settings.remove_recent(RECENT_FOLDERS, tmp_path / "9")
    assert str(tmp_path / "9") not in settings.value(RECENT_FOLDERS)


@pytest.mark.parametrize(
    "damaged", ["", "{", "5", "null", '{"a": 1}', "[1, 2]", '["a", 3]', pytest.param("[" * 9999, id="deep")]
)
def test_damaged_value_falls_back_to_its_default(tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "settings.ini"
    store = QSettings(str(path), QSettings.Format.IniFormat)
    for key in (RECENT_FOLDERS.key, EXPORT_FOLDER.key, RECIPE.key):
        store.setValue(key, damaged)
    store.setValue("window/geometry", 7)
    store.sync()
    settings = Settings(path)
    assert settings.value(RECENT_FOLDERS) == ()
    assert settings.value(EXPORT_FOLDER) == ""
    assert settings.recipe() == QUICK
    assert settings.geometry() is None


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"epochs": -1}',
        '{"no such setting": 1}',
        '{"epochs": "many"}',
        "no JSON",
        pytest.param("[" * 9999, id="deep"),
    ],
)
def test_recipe_that_is_no_longer_valid_becomes_quick(tmp_path: Path, text: str) -> None:
    settings = Settings(tmp_path / "settings.ini")
    settings.set_value(RECIPE, text)
    assert settings.recipe() == QUICK


def test_file_that_is_no_settings_file_gives_defaults(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    path.write_bytes(bytes(range(256)) * 20)
    settings = Settings(path)
    assert settings.value(RECENT_FOLDERS) == ()
    assert settings.recipe() == QUICK


@pytest.mark.parametrize("wrong_at_most", [None, *WRONG_AT_MOST])
def test_caution_survives_a_restart(tmp_path: Path, wrong_at_most: float | None) -> None:
    path = tmp_path / "settings.ini"
    settings = Settings(path)
    assert settings.caution() == Caution()
    settings.set_caution(Caution(wrong_at_most, is_by_class=True))
    assert reopened(path, settings).caution() == Caution(wrong_at_most, is_by_class=True)


def test_unknown_caution_is_the_first_one(settings: Settings) -> None:
    settings.set_value(ANSWERS_FOR_ONE_WRONG, 7)
    settings.set_value(CAUTION_BY_CLASS, value=True)
    assert settings.caution() == Caution(is_by_class=True)
