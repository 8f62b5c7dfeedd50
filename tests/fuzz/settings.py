"""What people share and what the window remembers: recipes as JSON, and the settings file."""

from pathlib import Path
from random import Random

from PySide6.QtCore import QByteArray

from tests.fuzz.families import Family
from tests.fuzz.json_mutation import json_changed
from tests.fuzz.mutation import bytes_changed
from tlgui.learning.recipes.built_in import BUILT_IN, QUICK
from tlgui.learning.recipes.recipe import load_recipe, recipe_text
from tlgui.ui.session import settings


def recipes_family() -> Family:
    """Return the family of recipes."""
    return Family("recipes", _make_recipes, {"recipe": _read_recipe}, (json_changed, json_changed, bytes_changed))


def settings_family() -> Family:
    """Return the family of the window's settings."""
    return Family("settings", _make_settings, {"settings": _read_settings}, (_setting_changed, bytes_changed))


def _make_recipes(folder: Path) -> None:
    for name, recipe in BUILT_IN.items():
        (folder / f"{name}.json").write_text(recipe_text(recipe), encoding="utf-8")


def _read_recipe(path: Path) -> None:
    recipe = load_recipe(path)
    recipe.to_json()
    recipe_text(recipe).encode("utf-8", "surrogatepass")
    recipe.with_value("epochs", "3")


def _make_settings(folder: Path) -> None:
    kept = settings.Settings(folder / "settings.ini")
    for number in range(3):
        kept.add_recent(settings.RECENT_FOLDERS, Path(f"/photos/Vögel {number}"))
    kept.set_value(settings.MODEL_FOLDER, "/models")
    kept.set_recipe(QUICK)
    kept.set_geometry(QByteArray(bytes(range(66))))
    kept.save()


def _setting_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change the JSON text that is the value of one setting."""
    lines = data.splitlines()
    place = dice.randrange(len(lines))
    key, _, value = lines[place].partition(b"=")
    # As the file has it: in quotes, with a backslash in front of those inside.
    text = value.removeprefix(b'"').removesuffix(b'"').replace(b'\\"', b'"')
    changed = json_changed(dice, text, other).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    lines[place] = key + b'="' + changed + b'"'
    return b"\n".join(lines)


def _read_settings(path: Path) -> None:
    kept = settings.Settings(path)
    for setting in (settings.RECENT_FOLDERS, settings.RECENT_MODELS):
        kept.value(setting)
        kept.add_recent(setting, Path("/photos/new"))
    for place in (settings.EXPORT_FOLDER, settings.MODEL_FOLDER, settings.PHOTO_FOLDER):
        kept.value(place)
    kept.recipe()
    kept.geometry()
    kept.save()
