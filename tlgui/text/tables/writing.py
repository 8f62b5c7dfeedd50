"""Writes tables of predictions, whole or not at all, and over nothing else."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tlgui import files
from tlgui.errors import SettingError, TargetError
from tlgui.files import folder_beside, storage_error, targets
from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.text.tables.camtrap_dp import CamtrapDpTable
from tlgui.text.tables.coco_camera_traps import CocoCameraTrapsTable
from tlgui.text.tables.csv_table import CsvTable
from tlgui.text.tables.exported import Place, Table, TableAbout
from tlgui.text.tables.formats import FORMATS, TableFormat
from tlgui.text.tables.megadetector import MegaDetectorTable
from tlgui.text.tables.xlsx_table import XlsxTable


def check_table(target: Path, chosen: TableFormat, *, place: Place | None) -> None:
    """Check, before the work begins, that a table can be written.

    Args:
        target: The file or folder to write.
        chosen: Its format.
        place: Where the photos were taken; None where it is not known.

    Raises:
        TargetError: The name has the wrong ending, or something is there that is not to be replaced.
        StorageError: The folder is not there, or cannot be written to.
        SettingError: The format must tell where the photos were taken, and that is not given.
    """
    if chosen.needs_place and place is None:
        raise SettingError(
            f"{chosen.title} must say where the photos were taken.",
            "Give the latitude and longitude of the camera in degrees, such as --place=52.7044,23.8499",
        )
    if chosen.kind is not None:
        targets.check_target(target, chosen.kind)
        return
    if target.exists() or target.is_symlink():
        raise TargetError(f"“{target.name}” is there already, so it is not replaced.", "Choose a new name.")
    try:
        with folder_beside(target):
            pass
    except OSError as error:
        raise storage_error(error, target) from error


@contextlib.contextmanager
def open_table(target: Path, chosen: TableFormat, about: TableAbout) -> Iterator[Table]:
    """Yield a table to add photos to; at the end of the block it is written whole, after an error not at all.

    Args:
        target: The file or folder to write.
        chosen: Its format.
        about: What the table says of itself.

    Raises:
        TargetError: As `check_table`.
        StorageError: The disk refused; an old file is as it was.
        SettingError: As `check_table`.
    """
    check_table(target, chosen, place=about.place)
    if chosen.kind is None:
        with files.atomic_path(target) as folder:
            folder.mkdir()
            with contextlib.closing(_package(folder, about)) as table:
                yield table
                table.end()
        return
    with files.atomic_open(target) as stream, contextlib.closing(_FILES[chosen.id](stream, target, about)) as table:
        yield table
        table.end()


def write_table(target: Path, chosen: TableFormat, about: TableAbout, predictions: Iterable[PhotoAnswer]) -> None:
    """Write a table of predictions in their order; the errors are those of `open_table`."""
    with open_table(target, chosen, about) as table:
        for prediction in predictions:
            table.add(prediction)


def _package(folder: Path, about: TableAbout) -> Table:
    assert about.place is not None  # `check_table` saw to it
    return CamtrapDpTable(folder, about, about.place)


_FILES: dict[str, Callable[..., Table]] = {
    "csv": CsvTable,
    "xlsx": lambda stream, _target, about: XlsxTable(stream, about),
    "megadetector": lambda stream, _target, about: MegaDetectorTable(stream, about),
    "coco-camera-traps": lambda stream, _target, about: CocoCameraTrapsTable(stream, about),
}

assert {*_FILES} == {each.id for each in FORMATS if each.kind is not None}
