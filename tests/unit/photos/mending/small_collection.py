"""A small collection to mend, and what lies where in it."""

from pathlib import Path

from tlgui.photos.health.findings import MoveInto
from tlgui.photos.mending.mender import Mended, Mender
from tlgui.progress import JobContext

QUIET = JobContext()
PLACES = ("robin/a.jpg", "robin/b.jpg", "wren/b.jpg")


def robins(folder: Path) -> tuple[Path, Path]:
    return folder / "robin/a.jpg", folder / "robin/b.jpg"


def into(target: Path, *paths: Path) -> MoveInto:
    return MoveInto(tuple((path, target) for path in paths))


def places(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def before() -> dict[str, str]:
    return dict(zip(PLACES, PLACES, strict=True))


def undone(mender: Mender) -> Mended:
    mended = mender.undo(QUIET)
    assert mended is not None
    return mended
