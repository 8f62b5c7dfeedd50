"""Settings that are kept from one start of the window to the next: a table of settings over one file.

Values are stored as JSON, which keeps their type; a damaged value, or one of another type, is replaced by the default.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QByteArray, QSettings

from tlgui.errors import SettingError
from tlgui.files import config_folder
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.trust import DEFAULT_WRONG_AT_MOST, WRONG_AT_MOST, Caution

ValueT = TypeVar("ValueT", str, int, bool, tuple[str, ...])

_RECENT_LIMIT = 8


@dataclass(frozen=True, slots=True)
class Setting(Generic[ValueT]):
    """One setting.

    Args:
        key: Its name in the file.
        default: Its value until it is set; also defines its type.
    """

    key: str
    default: ValueT


RECENT_FOLDERS: Setting[tuple[str, ...]] = Setting("recent/folders", ())
RECENT_MODELS: Setting[tuple[str, ...]] = Setting("recent/models", ())
EXPORT_FOLDER = Setting("folders/export", "")
MODEL_FOLDER = Setting("folders/model", "")
PHOTO_FOLDER = Setting("folders/photos", "")
SORT_FOLDER = Setting("folders/sort", "")
WATCH_FOLDER = Setting("folders/watch", "")
SORT_PATTERN = Setting("sort/pattern", "")
SORT_KEYWORDS = Setting("sort/keywords", default=False)
RECIPE = Setting("train/recipe", "")
# Of how many answers one may be wrong; 0 for any.
ANSWERS_FOR_ONE_WRONG = Setting("answers/for-one-wrong", round(1 / DEFAULT_WRONG_AT_MOST))
CAUTION_BY_CLASS = Setting("answers/caution-by-class", default=False)

_GEOMETRY_KEY = "window/geometry"


class Settings:
    """The settings of one user.

    Args:
        path: The file; None for the platform's folder for settings.
    """

    def __init__(self, path: Path | None = None) -> None:
        where = path or config_folder() / "settings.ini"
        self._store = QSettings(str(where), QSettings.Format.IniFormat)

    def value(self, setting: Setting[ValueT]) -> ValueT:
        """Return the stored value, or the default if no valid one is stored."""
        stored = self._store.value(setting.key)
        try:
            value = json.loads(stored) if isinstance(stored, str) else None
        except (ValueError, RecursionError):
            return setting.default
        if isinstance(setting.default, tuple):
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                return tuple(value)
            return setting.default
        return value if type(value) is type(setting.default) else setting.default

    def set_value(self, setting: Setting[ValueT], value: ValueT) -> None:
        """Store `value`."""
        # json.dumps writes ASCII only, which the INI format keeps unchanged on every platform.
        self._store.setValue(setting.key, json.dumps(value))

    def add_recent(self, setting: Setting[tuple[str, ...]], path: Path) -> None:
        """Move or add `path` to the front of a recent list."""
        text = str(path)
        others = [other for other in self.value(setting) if other != text]
        self.set_value(setting, (text, *others)[:_RECENT_LIMIT])

    def remove_recent(self, setting: Setting[tuple[str, ...]], path: Path) -> None:
        """Remove `path` from a recent list."""
        self.set_value(setting, tuple(other for other in self.value(setting) if other != str(path)))

    def recipe(self) -> Recipe:
        """Return the recipe used last, or Quick if it cannot be read."""
        try:
            return Recipe.from_json(json.loads(self.value(RECIPE)))
        except (ValueError, SettingError, TypeError, RecursionError):
            return QUICK

    def set_recipe(self, recipe: Recipe) -> None:
        """Store the recipe for the next start."""
        self.set_value(RECIPE, json.dumps(recipe.to_json()))

    def caution(self) -> Caution:
        """Return how careful answers are to be, as chosen last."""
        chosen = self.value(ANSWERS_FOR_ONE_WRONG)
        known: dict[int, float | None] = {round(1 / share): share for share in WRONG_AT_MOST}
        known[0] = None
        return Caution(known.get(chosen, DEFAULT_WRONG_AT_MOST), self.value(CAUTION_BY_CLASS))

    def set_caution(self, caution: Caution) -> None:
        """Store how careful answers are to be."""
        wrong = caution.wrong_at_most
        self.set_value(ANSWERS_FOR_ONE_WRONG, 0 if wrong is None else round(1 / wrong))
        self.set_value(CAUTION_BY_CLASS, caution.is_by_class)

    def geometry(self) -> QByteArray | None:
        """Return the geometry of the window as Qt saved it, or None at the first start."""
        stored = self._store.value(_GEOMETRY_KEY)
        return stored if isinstance(stored, QByteArray) else None

    def set_geometry(self, geometry: QByteArray) -> None:
        """Store the geometry of the window."""
        self._store.setValue(_GEOMETRY_KEY, geometry)

    def save(self) -> None:
        """Write changed settings to the file now."""
        self._store.sync()
