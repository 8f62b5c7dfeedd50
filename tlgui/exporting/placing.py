"""Puts a finished export where the user wants it: whole or not at all, never over what is no export.

Of two files, the export and its class names, or of a folder that replaces another, no system makes one step. What is
being placed lies beside the target with a note, until it is done; a process that is killed in between leaves the old
export, or the new one without its class names, never the new names with the old export. `finish` does the rest at the
next start.
"""

import contextlib
import json
import shutil
from pathlib import Path

from tlgui import files
from tlgui.errors import ExportError
from tlgui.exporting.exchange import exchange
from tlgui.exporting.export_formats import FORMATS, ExportFormat, labels_path
from tlgui.exporting.labels import labels_inside
from tlgui.files import folder_beside, keep_mode, real_place, storage_error, sync, sync_folder, targets

# Everything a SavedModel may hold at its top, by TensorFlow's own layout; with anything else it is not ours to replace.
_SAVED_MODEL_ENTRIES = frozenset(
    {"saved_model.pb", "fingerprint.pb", "keras_metadata.pb", "variables", "assets", "assets.extra"}
)
_NOTE, _NEW, _OLD = "placing.json", "new", "old"
_SUFFIXES = frozenset(export_format.suffix for export_format in FORMATS if export_format.suffix)
_MOST_NOTE_BYTES = 4096


def check_target(target: Path, export_format: ExportFormat) -> None:
    """Check, before the long work begins, that an export can be put in a place.

    Raises:
        ExportError: A folder is there that is no SavedModel.
        TargetError: The name has the wrong ending, or a file is there that is not to be replaced.
        StorageError: The folder is not there, or cannot be written to.
    """
    if export_format.is_folder:
        _check_replaceable(target)
        try:
            with folder_beside(target):
                pass
        except OSError as error:
            raise storage_error(error, target) from error
    else:
        targets.check_target(target, targets.EXPORTS[export_format.suffix])
        _check_labels(real_place(target))


def place(export: Path, target: Path, labels: bytes) -> None:
    """Copy a checked export to its place, a file with its class names beside it; see the module.

    Args:
        export: The file or folder in a place of ours.
        target: Where it goes.
        labels: The file of class names; a folder has them inside.

    Raises:
        ExportError: Something turned up there that is not to be replaced.
        StorageError: The disk refused; what was there is as it was.
    """
    target = real_place(target)
    try:
        with folder_beside(target) as folder:
            if export.is_dir():
                _copy_folder(export, folder / _NEW)
                _check_replaceable(target)
                _put_folder(folder, target)
            else:
                _check_labels(target)
                shutil.copyfile(export, folder / target.name)
                labels_file = labels_path(folder / target.name)
                labels_file.write_bytes(labels)
                keep_mode(target, folder / target.name)
                keep_mode(labels_path(target), labels_file)
                sync(folder)
                _put_file(folder, target)
            sync_folder(target.parent)
    except OSError as error:
        raise storage_error(error, target) from error


def finish(folder: Path) -> None:
    """Do what is left of a placing whose process was killed.

    Args:
        folder: What it left beside the target; any other folder is left alone.
    """
    with contextlib.suppress(OSError, ValueError, RecursionError):
        note = json.loads(files.read_regular(folder / _NOTE, _MOST_NOTE_BYTES))
        name = note.get("name") if isinstance(note, dict) else None
        if not isinstance(name, str) or name != Path(name).name or not name:
            return
        target = folder.parent / name
        if (folder / _NEW).is_dir():
            # The old one stepped aside already, or it stays.
            if not target.exists():
                (folder / _NEW).rename(target)
        elif target.suffix.lower() in _SUFFIXES:
            _put_file(folder, target)


def size_of(export: Path) -> int:
    """Return the bytes of an export, all its files together."""
    files = export.rglob("*") if export.is_dir() else [export]
    return sum(file.stat().st_size for file in files if file.is_file())


def _put_file(folder: Path, target: Path) -> None:
    """Replace an export and its class names by those in `folder`; what was done of it already is not done again.

    The old names go first, so that they never stand beside the new export, nor the new ones beside the old.
    """
    new, new_labels, labels = folder / target.name, labels_path(folder / target.name), labels_path(target)
    _write_note(folder, target)
    if new.is_file():
        if labels.is_file():
            labels.replace(folder / _OLD)
        try:
            new.replace(target)
        except OSError:
            if (folder / _OLD).is_file():
                (folder / _OLD).replace(labels)
            raise
    if new_labels.is_file():
        new_labels.replace(labels)


def _put_folder(folder: Path, target: Path) -> None:
    new, old = folder / _NEW, folder / _OLD
    if not target.exists():
        new.rename(target)
    elif not exchange(new, target):
        # Where the disk cannot exchange two folders in one step, the old one steps aside, and back if need be.
        _write_note(folder, target)
        target.rename(old)
        try:
            new.rename(target)
        except OSError:
            old.rename(target)
            raise


def _write_note(folder: Path, target: Path) -> None:
    note = folder / _NOTE
    if not note.exists():
        files.write_text(note, json.dumps({"name": target.name}))


def _copy_folder(source: Path, target: Path) -> None:
    """Copy file by file: `shutil.copytree` gathers errors and loses the system's reason for them."""
    target.mkdir()
    for entry in sorted(source.iterdir()):
        if entry.is_dir():
            _copy_folder(entry, target / entry.name)
        else:
            shutil.copyfile(entry, target / entry.name)
            sync(target / entry.name)


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


def _check_labels(target: Path) -> None:
    """Refuse to replace a file of class names that is not the one that the export beside it was written with."""
    labels = labels_path(target)
    if not labels.exists() and not labels.is_symlink():
        return
    if not labels.is_file() or labels.read_bytes() != labels_inside(target):
        raise ExportError(
            f"“{labels.name}” is there already, and is not what “{target.name}” was exported with, so it is not "
            "replaced.",
            "Choose another name for the export, or move that file away.",
        )
