"""Temporary files and folders that do not pile up after kills.

Each process has one folder below the system's, with a lock that the system releases when the process ends, a kill
included. A temporary file that must lie beside its target, because a rename needs the same disk, has the process's
token in its name, and its folder is noted in the process's folder first. At the next start of the program, `sweeping`
removes everything that has a token whose lock is free.
"""

import atexit
import contextlib
import itertools
import json
import os
import re
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

from tlgui.files.locks import OwnerLock
from tlgui.files.names import APP_NAME
from tlgui.files.refusals import WRITE_REFUSALS, temporary_error

LOCK_NAME, NOTES_NAME = "owner.lock", "places.jsonl"
PROCESS_NAME = re.compile(rf"{APP_NAME}-([0-9a-f]{{16}})")
"""The name of a process's folder. Its group is the token, which is also in the names of temporary files elsewhere."""

MadeT = TypeVar("MadeT")

_TRIES = 5
# Where Python looks for the system's folder, in this order.
_VARIABLES = ("TMPDIR", "TEMP", "TMP")
_USUAL_FOLDERS = ("/tmp", "/var/tmp", "/usr/tmp")


class _Process:
    """The temporary folder of this process, made when it is first needed."""

    def __init__(self) -> None:
        self.process_id = os.getpid()
        self._numbers = itertools.count(1)
        self._noted: set[Path] = set()
        self._lock: OwnerLock | None = None
        self._making = threading.RLock()
        self._take_name()

    def make(self) -> Path:
        """Return the folder; raises `OSError` where the disk refuses it."""
        with self._making:
            if self._lock is not None and not self.folder.is_dir():
                # Some systems delete temporary files after some days.
                self._lock.release()
                self._lock = None
                self._noted.clear()
            for _ in range(_TRIES):
                if self._lock is not None or self._is_made():
                    break
                self._take_name()
            return self.folder

    def _is_made(self) -> bool:
        """Make the folder and lock it; return False where another process swept it away before it was locked."""
        self.folder.mkdir(mode=0o700)
        lock = OwnerLock(self.folder / LOCK_NAME)
        with contextlib.suppress(FileNotFoundError):
            if lock.acquire():
                # The library may have made the folder again, with another mode.
                self.folder.chmod(0o700)
                self._lock = lock
                atexit.register(self.remove)
                return True
        return False

    def _take_name(self) -> None:
        self.token = secrets.token_hex(8)
        self.folder = system_folder() / f"{APP_NAME}-{self.token}"

    def note(self, place: Path) -> None:
        """Note that temporary files may lie in a folder."""
        with self._making:
            # Without a note a file may be left after a kill; the work goes on all the same.
            with contextlib.suppress(OSError):
                notes = self.make() / NOTES_NAME
                if place not in self._noted:
                    with notes.open("a", encoding="ascii") as stream:
                        stream.write(json.dumps(str(place)) + "\n")
            self._noted.add(place)

    def name_beside(self) -> str:
        return f".{APP_NAME}-{self.token}-{next(self._numbers)}"

    def remove(self) -> None:
        # A forked child must not remove its parent's folder.
        if self._lock is not None and self.process_id == os.getpid():
            if os.name == "nt":
                # A file that is open cannot be removed there.
                self._lock.release()
            shutil.rmtree(self.folder, ignore_errors=True)
            self._lock.release()
            self._lock = None

    def remove_for_good(self) -> None:
        # Never released: a thread that is making the folder is waited for, and none makes another.
        self._making.acquire()
        self.remove()


_processes: dict[int, _Process] = {}
# The system's folder, once `use_for_libraries` has put this process's in its place.
_replaced: list[Path] = []


def _this_process() -> _Process:
    number = os.getpid()
    return _processes.get(number) or _processes.setdefault(number, _Process())


def process_folder() -> Path:
    """Return the temporary folder of this process, made if it is not there; it is removed when the process ends.

    Raises:
        OSError: The system's temporary folder is full or cannot be written to.
    """
    return _this_process().make()


def remove_process_folder() -> None:
    """Remove the temporary folder of this process for good: just before it ends without Python's exit handlers."""
    _this_process().remove_for_good()


def use_for_libraries() -> None:
    """Put the temporary files of libraries into this process's folder: TensorFlow's would stay after a kill."""
    with contextlib.suppress(OSError):
        folder = process_folder()
        if not _replaced:
            _replaced.append(system_folder())
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def system_folder() -> Path:
    """Return the system's folder for temporary files; it may be full or read-only."""
    if _replaced:
        return _replaced[0]
    wanted = [os.path.abspath(os.environ[name]) for name in _VARIABLES if os.environ.get(name)]  # noqa: PTH100 - text
    with contextlib.suppress(FileNotFoundError):
        found = tempfile.gettempdir()
        # Where no other folder can be written to, Python takes the current one, which may hold photos.
        if os.name == "nt" or found in {*wanted, *_USUAL_FOLDERS} or found != str(Path.cwd()):
            return Path(found)
    return Path((*wanted, *_USUAL_FOLDERS)[0])


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield an empty folder, which is removed at the end of the block, or by the next `sweep` after a kill.

    Example:
        >>> with temporary_folder() as folder:
        ...     _ = (folder / "model.onnx").write_bytes(b"...")
        >>> folder.exists()
        False

    Raises:
        StorageError: The system's temporary folder is full or cannot be written to.
    """
    folder = _made(lambda parent: tempfile.mkdtemp(dir=parent))
    try:
        with _refusals_explained(Path(folder)):
            yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def temporary_file() -> Iterator[BinaryIO]:
    """Yield an empty file, open for writing and reading, which has no name where the system allows that.

    Raises:
        StorageError: As `temporary_folder`.
    """
    opened = _made(lambda folder: tempfile.TemporaryFile(dir=folder))  # noqa: SIM115 - opened where it can be explained
    with _refusals_explained(_this_process().folder), opened as stream:
        yield stream


def _made(make: Callable[[Path], MadeT]) -> MadeT:
    try:
        return make(process_folder())
    except OSError as error:
        raise temporary_error(error, system_folder()) from error


@contextlib.contextmanager
def _refusals_explained(folder: Path) -> Iterator[None]:
    """Explain that the disk for temporary files refused a write, unless the error names a file elsewhere."""
    try:
        yield
    except OSError as error:
        if error.errno in WRITE_REFUSALS and (error.filename is None or folder in Path(error.filename).parents):
            raise temporary_error(error, system_folder()) from error
        raise


@contextlib.contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside `target`, on its disk; it is removed as that of `temporary_folder` is.

    Args:
        target: The file or folder that is to be replaced by what is written.

    Raises:
        OSError: The disk refused it.
    """
    folder = path_beside(target)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def path_beside(target: Path) -> Path:
    """Return an unused path beside `target`; after a kill the next `sweep` removes what was made there."""
    process = _this_process()
    parent = target.parent.absolute()
    process.note(parent)
    return parent / process.name_beside()
