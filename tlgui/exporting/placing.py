"""Puts a finished export where the user wants it: whole or not at all, never over what is no export."""

import os
import shutil
import tempfile
from pathlib import Path

from tlgui import targets
from tlgui.errors import ExportError
from tlgui.exporting.catalog import ExportFormat, labels_path
from tlgui.files import atomic_path, storage_error

# Everything a SavedModel may hold at its top, by TensorFlow's own layout; with anything else it is not ours to replace.
_SAVED_MODEL_ENTRIES = frozenset(
    {"saved_model.pb", "fingerprint.pb", "keras_metadata.pb", "variables", "assets", "assets.extra"}
)


def check_target(target: Path, export_format: ExportFormat) -> None:
    """Check, before the long work begins, that an export can be put in a place.

    Raises:
        ExportError: A folder is there that is no SavedModel.
        TargetError: The name has the wrong ending, or a file is there that is not to be replaced.
        StorageError: The folder is not there, or cannot be written to.
    """
    if export_format.is_folder:
        _check_replaceable(target)
    else:
        targets.check_target(target, targets.EXPORTS[export_format.suffix])
    # It goes into the same folder.
    targets.check_target(labels_path(target), targets.LABELS)


def place(export: Path, target: Path, labels: str) -> None:
    """Copy a checked export to its place, and the class names beside it; what was there stays until both are written.

    Args:
        export: The file or folder in a place of ours.
        target: Where it goes.
        labels: The text of the file of class names.

    Raises:
        ExportError: A folder turned up there that is not a SavedModel.
        StorageError: The disk refused; what was there is as it was.
    """
    with atomic_path(labels_path(target)) as new_labels:
        new_labels.write_bytes(labels.encode("utf-8", "backslashreplace"))
        if export.is_dir():
            _place_folder(export, target)
        else:
            with atomic_path(target) as new_file:
                shutil.copyfile(export, new_file)


def size_of(export: Path) -> int:
    """Return the bytes of an export, all its files together."""
    files = export.rglob("*") if export.is_dir() else [export]
    return sum(file.stat().st_size for file in files if file.is_file())


def _place_folder(export: Path, target: Path) -> None:
    try:
        with tempfile.TemporaryDirectory(prefix=".tlgui-", dir=target.parent) as folder:
            new, old = Path(folder) / "new", Path(folder) / "old"
            _copy_folder(export, new)
            _check_replaceable(target)
            # A folder cannot be replaced in one step as a file can: the old one steps aside, and back if need be.
            if target.exists():
                target.rename(old)
            try:
                new.rename(target)
            except OSError:
                if old.exists():
                    old.rename(target)
                raise
    except OSError as error:
        raise storage_error(error, target) from error


def _copy_folder(source: Path, target: Path) -> None:
    """Copy file by file: `shutil.copytree` gathers errors and loses the system's reason for them."""
    target.mkdir()
    for entry in sorted(source.iterdir()):
        if entry.is_dir():
            _copy_folder(entry, target / entry.name)
        else:
            with entry.open("rb") as reader, (target / entry.name).open("wb") as writer:
                shutil.copyfileobj(reader, writer)
                writer.flush()
                os.fsync(writer.fileno())


def _check_replaceable(target: Path) -> None:
    if not target.exists() and not target.is_symlink():
        return
    if not target.is_dir() or target.is_symlink():
        raise ExportError(f"“{target.name}” is there already and is not a folder.", "Choose another name.")
    entries = {entry.name for entry in target.iterdir()}
    if entries and ("saved_model.pb" not in entries or not entries <= _SAVED_MODEL_ENTRIES):
        raise ExportError(
            f"The folder “{target.name}” holds other things than a SavedModel, so it is not replaced.",
            "Choose a new name, or an empty folder.",
        )
