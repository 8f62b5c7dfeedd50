"""Puts the files that an earlier version left where this version looks for them."""

import os
import shutil
from pathlib import Path

import platformdirs

from tlgui.files import APP_NAME, cache_folder, workspace_path

COLOURS = {"blue": (60, 90, 200), "green": (60, 160, 70), "red": (200, 60, 50)}
PHOTOS_PER_CLASS = 8
# A whole second, in nanoseconds, that every photo is given: what is known of a photo goes by it.
CHANGED_NS = 1_760_000_000 * 10**9
PHOTOS_MARK, HOME_MARK = "@PHOTOS@", "@HOME@"
TEXT_SUFFIXES = {".json", ".jsonl", ".ini"}

VERSIONS = tuple(sorted(path for path in Path(__file__).parent.iterdir() if path.name[:1] == "v" and path.is_dir()))
"""A folder for each version whose files must open."""


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
    for file in [config / "settings.ini", *workspace.rglob("*")]:
        if file.suffix in TEXT_SUFFIXES:
            text = file.read_text(encoding="utf-8").replace(PHOTOS_MARK, str(folder))
            file.write_text(text.replace(HOME_MARK, os.environ["HOME"]), encoding="utf-8")
    return folder
