"""The system's bin: Send2Trash moves photos there, and this module finds them again, so that they can be brought back.

Send2Trash (BSD licence) supports the bins of all systems. No library brings files back from all of them, so each
system's notes are read here: freedesktop's `.trashinfo` files, Windows's `$I` files. macOS has none that other programs
can read, so there a file is found by its name, size and date.
"""

import os
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from send2trash import send2trash

from tlgui.files import home_folder
from tlgui.photos.facts import FileState

_MOST_NOTE_BYTES = 64 * 1024
_WINDOWS_HEADER = struct.Struct("<qqq")
_WINDOWS_LENGTH = struct.Struct("<i")


@dataclass(frozen=True, slots=True)
class Binned:
    """A file in the bin.

    Args:
        file: Its path in the bin.
        original: Its path before.
        note: The system's note about it, to be deleted when the file is brought back; None where there is none.
        deleted: When it was moved to the bin, as text that sorts by time; empty where that is unknown.
    """

    file: Path
    original: Path
    note: Path | None = None
    deleted: str = ""


def to_bin(path: Path) -> None:
    """Move a file to the system's bin.

    Args:
        path: The file.

    Raises:
        OSError: There is no bin for this disk, or the system refused.
    """
    send2trash(path.absolute())


def find_in_bin(wanted: Mapping[Path, FileState]) -> dict[Path, Binned]:
    """Find files in the bin by their former path, size and date.

    Args:
        wanted: The former path of each file, with its state then.

    Returns:
        The files that were found, by their former path; of several the one that was moved to the bin last.
    """
    if sys.platform == "darwin":
        return _best(wanted, mac_bin(_mac_bins(wanted), wanted))
    if sys.platform == "win32":
        return _best(wanted, (found for folder in _windows_bins(wanted) for found in windows_bin(folder)))
    return _best(wanted, (found for folder, top in _freedesktop_bins(wanted) for found in freedesktop_bin(folder, top)))


def freedesktop_bin(folder: Path, top: Path) -> Iterator[Binned]:
    """Yield the files in a bin as freedesktop.org's Trash specification 1.0 defines it.

    Args:
        folder: The bin, with the folders `files` and `info`.
        top: The folder that paths in the notes are relative to.

    Yields:
        Each file that has a note, whether it is still there or not.
    """
    for note in _listed(folder / "info"):
        if note.suffix != ".trashinfo":
            continue
        fields = dict(line.partition("=")[::2] for line in _read(note).decode("utf-8", "surrogateescape").splitlines())
        if "Path" in fields:
            original = os.fsdecode(unquote_to_bytes(fields["Path"].encode("utf-8", "surrogateescape")))
            place = Path(os.path.normpath(top / original))
            yield Binned(folder / "files" / note.stem, place, note, fields.get("DeletionDate", ""))


def windows_bin(folder: Path) -> Iterator[Binned]:
    """Yield the files in one user's folder of a drive's `$Recycle.Bin`.

    Source of the layout: Rifiuti2's documentation of `$I` files, versions 1 (Vista) and 2 (Windows 10).

    Args:
        folder: The user's folder.

    Yields:
        Each file that has a note, whether it is still there or not.
    """
    for note in _listed(folder):
        data = _read(note) if note.name.startswith("$I") else b""
        if len(data) < _WINDOWS_HEADER.size:
            continue
        version, _size, deleted = _WINDOWS_HEADER.unpack_from(data)
        name = data[_WINDOWS_HEADER.size :]
        if version >= 2:
            length = _WINDOWS_LENGTH.unpack_from(name)[0] if len(name) >= _WINDOWS_LENGTH.size else 0
            name = name[_WINDOWS_LENGTH.size :][: 2 * max(0, length)]
        original = name.decode("utf-16-le", "replace").partition("\0")[0]
        yield Binned(note.with_name("$R" + note.name[2:]), Path(original), note, f"{deleted:020}")


def mac_bin(folders: Sequence[Path], wanted: Mapping[Path, FileState]) -> Iterator[Binned]:
    """Yield the files whose names begin like those wanted: the Finder adds the time to a name that is taken in the bin.

    Args:
        folders: The bins.
        wanted: The former path of each file, with its state then.

    Yields:
        Each file that may be one of those wanted, by its name alone.
    """
    for folder in folders:
        listed = _listed(folder)
        for original in wanted:
            for file in listed:
                if file.suffix == original.suffix and file.stem.startswith(original.stem):
                    yield Binned(file, original)


def _best(wanted: Mapping[Path, FileState], found: Iterator[Binned]) -> dict[Path, Binned]:
    """Return the best match of each file wanted: of the same size and date, else of the same size; then the last."""
    places = {_place(path): path for path in wanted}
    best: dict[Path, tuple[tuple[bool, str], Binned]] = {}
    for binned in found:
        path = places.get(_place(binned.original))
        state = _state(binned.file) if path is not None else None
        if path is None or state is None or state.size != wanted[path].size:
            continue
        # The bin may be on a disk that rounds dates.
        rank = (state.changed_ns == wanted[path].changed_ns, binned.deleted)
        if path not in best or rank >= best[path][0]:
            best[path] = rank, binned
    return {path: binned for path, (_, binned) in best.items()}


def _place(path: Path) -> str:
    """Return a text that is equal for two paths of the same place; the file itself is not there any more."""
    return os.path.normcase(os.path.join(os.path.realpath(path.parent), path.name))  # noqa: PTH118 - many paths, as text


def _state(path: Path) -> FileState | None:
    try:
        state = path.lstat()
    except OSError:
        return None
    return FileState(state.st_size, state.st_mtime_ns)


def _freedesktop_bins(wanted: Mapping[Path, FileState]) -> Iterator[tuple[Path, Path]]:
    data = Path(os.environ.get("XDG_DATA_HOME") or home_folder() / ".local" / "share")
    yield data / "Trash", data
    if sys.platform != "win32":
        for top in {_mount_point(folder) for folder in {path.parent for path in wanted}}:
            yield top / ".Trash" / str(os.getuid()), top
            yield top / f".Trash-{os.getuid()}", top


def _windows_bins(wanted: Mapping[Path, FileState]) -> Iterator[Path]:
    for drive in {Path(path.anchor) for path in wanted}:
        yield from _listed(drive / "$Recycle.Bin")


def _mac_bins(wanted: Mapping[Path, FileState]) -> Sequence[Path]:
    if sys.platform == "win32":
        return []
    tops = {_mount_point(folder) for folder in {path.parent for path in wanted}}
    return [home_folder() / ".Trash", *(top / ".Trashes" / str(os.getuid()) for top in tops)]


def _mount_point(folder: Path) -> Path:
    place = Path(os.path.realpath(folder))
    while not place.is_mount() and place != place.parent:
        place = place.parent
    return place


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_MOST_NOTE_BYTES)
    except OSError:
        return b""
