"""Puts a finished export in its place: whole or not at all, and only over another export.

A folder that replaces another is exchanged with it in one step where the system has one. Several files, an export, its
class names and its details, cannot be replaced in one step: they wait in a folder beside the target with a note. A kill
in between leaves the old export, or the new one without what belongs to it, and never the names of one export beside
another; `finish` completes it at the next start.
"""

import contextlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from tlgui import files
from tlgui.errors import ExportError
from tlgui.exporting.exchange import exchange
from tlgui.exporting.export_formats import FORMATS, ExportFormat, details_path, labels_path
from tlgui.exporting.labels import are_details, labels_inside
from tlgui.files import folder_beside, keep_mode, real_place, storage_error, sync, sync_folder, targets
from tlgui.learning.recipes.fields import Fields

# The top-level entries of a SavedModel in TensorFlow's layout; a folder with others is not replaced.
_SAVED_MODEL_ENTRIES = frozenset(
    {"saved_model.pb", "fingerprint.pb", "keras_metadata.pb", "variables", "assets", "assets.extra"}
)
_NOTE, _NEW, _OLD = "placing.json", "new", "old"
# What lies beside an exported file, and what the old ones are called while they are replaced.
_BESIDE = {labels_path: _OLD, details_path: "old details"}
_SUFFIXES = frozenset(export_format.suffix for export_format in FORMATS if export_format.suffix)
_MOST_NOTE_BYTES = 4096


def check_target(target: Path, export_format: ExportFormat) -> None:
    """Check, before the conversion, that an export can be put in its place.

    Args:
        target: The file or folder to write.
        export_format: The format of the export.

    Raises:
        ExportError: A folder that is no SavedModel is there, or a file of class names of no export.
        TargetError: The name has the wrong ending, or a file of another kind is there.
        StorageError: The folder does not exist, or cannot be written to.
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


def place(export: Path, target: Path, labels: bytes, details: bytes | None = None) -> None:
    """Copy a compared export to its place, with the class names and details beside a file; see the module.

    Args:
        export: The file or folder in a temporary folder.
        target: The file or folder to write.
        labels: The content of the file of class names; a folder has them inside.
        details: The content of the file of details, see `labels.details_bytes`; None for no such file.

    Raises:
        ExportError: Something that is no export has appeared there.
        StorageError: The disk refused; the target is unchanged.
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
                keep_mode(target, folder / target.name)
                for path_beside, content in ((labels_path, labels), (details_path, details)):
                    if content is not None:
                        path_beside(folder / target.name).write_bytes(content)
                        keep_mode(path_beside(target), path_beside(folder / target.name))
                sync(folder)
                _put_file(folder, target)
            sync_folder(target.parent)
    except OSError as error:
        raise storage_error(error, target) from error


def finish(folder: Path) -> None:
    """Complete the placing of an export whose process was killed.

    Args:
        folder: The folder that the process left beside the target; any other folder is left alone.
    """
    with contextlib.suppress(OSError, ValueError):
        name = Fields.read(folder / _NOTE, _MOST_NOTE_BYTES, "note").text("name")
        if name != Path(name).name or not name:
            return
        target = folder.parent / name
        if (folder / _NEW).is_dir():
            # Without a target, the old folder was moved aside already.
            if not target.exists():
                (folder / _NEW).rename(target)
        elif target.suffix.lower() in _SUFFIXES:
            _put_file(folder, target)


def size_of(export: Path) -> int:
    """Return the size of an export in bytes, all its files together."""
    files = export.rglob("*") if export.is_dir() else [export]
    return sum(file.stat().st_size for file in files if file.is_file())


def _put_file(folder: Path, target: Path) -> None:
    """Replace an export and what belongs to it by those in `folder`; steps that are done already are not repeated.

    The old names are moved first, so that they are never beside the new export, nor the new ones beside the old.
    """
    new = folder / target.name
    _write_note(folder, target)
    old = {path_beside(target): folder / name for path_beside, name in _BESIDE.items()}
    if new.is_file():
        _move_files(old)
        try:
            new.replace(target)
        except OSError:
            _move_files({there: here for here, there in old.items()})
            raise
    _move_files({path_beside(new): path_beside(target) for path_beside in _BESIDE})


def _move_files(places: Mapping[Path, Path]) -> None:
    """Move each file that is there from one place to the other."""
    for here, there in places.items():
        if here.is_file():
            here.replace(there)


def _put_folder(folder: Path, target: Path) -> None:
    new, old = folder / _NEW, folder / _OLD
    if not target.exists():
        new.rename(target)
    elif not exchange(new, target):
        # Without an exchange in one step, the old folder is moved aside, and back where the new one cannot be moved.
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
    """Copy file by file: `shutil.copytree` collects errors as texts, without their numbers."""
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
    """Refuse to replace a file of class names whose content is not that inside the export beside it, or of details."""
    details = details_path(target)
    if (details.exists() or details.is_symlink()) and not are_details(details):
        raise ExportError(
            f"“{details.name}” is there already, and tlgui did not write it, so it is not replaced.",
            "Choose another name for the export, or move that file away.",
        )
    labels = labels_path(target)
    if not labels.exists() and not labels.is_symlink():
        return
    if not labels.is_file() or labels.read_bytes() != labels_inside(target):
        raise ExportError(
            f"“{labels.name}” is there already, and is not what “{target.name}” was exported with, so it is not "
            "replaced.",
            "Choose another name for the export, or move that file away.",
        )
