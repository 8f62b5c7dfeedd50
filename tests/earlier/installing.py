"""Puts the files that an earlier version left where this version looks for them."""

import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import platformdirs

from tlgui.files import APP_NAME, cache_folder, data_folder, workspace_path

COLOURS = {"blue": (60, 90, 200), "green": (60, 160, 70), "red": (200, 60, 50)}
PHOTOS_PER_CLASS = 8
# A whole second, in nanoseconds, that every photo is given: what is known of a photo goes by it.
CHANGED_NS = 1_760_000_000 * 10**9
# The collection, the folder around it, and the user's home.
PHOTOS_MARK, PLACE_MARK, HOME_MARK = "@PHOTOS@", "@PLACE@", "@HOME@"
TEXT_SUFFIXES = {".json", ".jsonl", ".ini"}

VERSIONS = tuple(sorted(path for path in Path(__file__).parent.iterdir() if path.name[:1] == "v" and path.is_dir()))
"""A folder for each version whose files must open."""


def card_photos(place: Path) -> tuple[Path, ...]:
    """Return the photos of no collection, by name."""
    return tuple(place / "card" / f"{name}.jpg" for name in COLOURS)


def inbox_photos(place: Path) -> tuple[Path, ...]:
    """Return the photos of which some are moved by the time that the sort is killed, where they were before."""
    return tuple(place / "inbox" / f"{name}{end}.jpg" for name in COLOURS for end in ("", " 2"))


def fix_times(folder: Path) -> None:
    """Give every photo the same time."""
    for photo in sorted(folder.rglob("*.jpg")):
        os.utime(photo, ns=(CHANGED_NS, CHANGED_NS))


def install(version: Path, folder: Path) -> Path:
    """Copy the photos to `folder` and all that is known of them into the home of this test.

    Args:
        version: One of `VERSIONS`.
        folder: Where the collection goes; not there yet.

    Returns:
        `folder`, as the collection is called from now on.
    """
    shutil.copytree(version / "photos", folder)
    fix_times(folder)
    workspace = workspace_path(folder)
    shutil.copytree(version / "workspace", workspace)
    shutil.copytree(version / "features", cache_folder() / "features")
    facts = cache_folder() / "photos" / f"{workspace.name}.sqlite"
    facts.parent.mkdir()
    shutil.copy(version / "facts.sqlite", facts)
    config = Path(platformdirs.user_config_dir(APP_NAME, appauthor=False))
    config.mkdir(parents=True, exist_ok=True)
    shutil.copy(version / "settings.ini", config)
    _install_sorting(version, folder)
    _fill_in_places([config / "settings.ini", *data_folder().rglob("*")], folder)
    return folder


def _install_sorting(version: Path, folder: Path) -> None:
    """Copy what Predict and sort keeps, and the photos that belong to no collection; not every version has any."""
    if (version / "place").exists():
        for each in (version / "place").iterdir():
            shutil.copytree(each, folder.parent / each.name)
            fix_times(folder.parent / each.name)
    for name in ("sorts", "boards"):
        if (version / name).exists():
            shutil.copytree(version / name, data_folder() / name)
    if (version / "decisions.sqlite").exists():
        decisions = shutil.copy(version / "decisions.sqlite", data_folder())
        with closing(sqlite3.connect(decisions)) as connection, connection:
            place = os.fsencode(os.path.realpath(folder))
            connection.execute("UPDATE decision SET folder = ? WHERE folder = ?", (place, PHOTOS_MARK.encode()))


def _fill_in_places(paths: Iterable[Path], folder: Path) -> None:
    places = {PHOTOS_MARK: str(folder), PLACE_MARK: str(folder.parent), HOME_MARK: os.environ["HOME"]}
    for file in paths:
        if file.suffix in TEXT_SUFFIXES:
            text = file.read_text(encoding="utf-8")
            for mark, place in places.items():
                text = text.replace(mark, place)
            file.write_text(text, encoding="utf-8")
