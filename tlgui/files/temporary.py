"""Temporary files and folders that a kill cannot pile up.

Each process has a folder of its own below the system's, with a lock that the system releases when the process ends,
however it ends. What must lie beside its target, because a rename needs the same disk, carries the process's token in
its name, and the folder it lies in is noted first. So `sweeping` knows at the next start what belongs to nobody any
more.
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
from tlgui.files.refusals import DISK_IS_FULL, temporary_error

LOCK_NAME, NOTES_NAME = "owner.lock", "places.jsonl"
PROCESS_NAME = re.compile(rf"{APP_NAME}-([0-9a-f]{{16}})")
"""What the folder of a process is called; its token is in the name of all that lies elsewhere."""

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
                # Some systems tidy what has lain there for days.
                self._lock.release()
                self._lock = None
                self._noted.clear()
            for _ in range(_TRIES):
                if self._lock is not None or self._is_made():
                    break
                self._take_name()
            return self.folder

    def _is_made(self) -> bool:
        """Make the folder and own it; return False where another process swept it away before it had an owner."""
        self.folder.mkdir(mode=0o700)
        lock = OwnerLock(self.folder / LOCK_NAME)
        with contextlib.suppress(FileNotFoundError):
            if lock.acquire():
                # It may be a folder that the library made anew.
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
            # Where nothing can be noted, something may be left; that is no reason not to work.
            with contextlib.suppress(OSError):
                notes = self.make() / NOTES_NAME
                if place not in self._noted:
                    with notes.open("a", encoding="ascii") as stream:
                        stream.write(json.dumps(str(place)) + "\n")
            self._noted.add(place)

    def name_beside(self) -> str:
        return f".{APP_NAME}-{self.token}-{next(self._numbers)}"

    def remove(self) -> None:
        # A child that was forked must not take its parent's folder away.
        if self._lock is not None and self.process_id == os.getpid():
            if os.name == "nt":
                # A file that is open cannot be removed there.
                self._lock.release()
            shutil.rmtree(self.folder, ignore_errors=True)
            self._lock.release()
            self._lock = None

    def remove_for_good(self) -> None:
        # It is never released: a thread that makes the folder just now is waited for, and none makes another.
        self._making.acquire()
        self.remove()


_processes: dict[int, _Process] = {}
# The system's folder, where this process has put its own in its place.
_replaced: list[Path] = []


def _this_process() -> _Process:
    number = os.getpid()
    return _processes.get(number) or _processes.setdefault(number, _Process())


def process_folder() -> Path:
    """Return the temporary folder of this process, made if it is not there; it goes when the process ends.

    Raises:
        OSError: The system's temporary folder is full or cannot be written to.
    """
    return _this_process().make()


def remove_process_folder() -> None:
    """Remove the temporary folder of this process for good; for a process that ends next, without Python's own end."""
    _this_process().remove_for_good()


def use_for_libraries() -> None:
    """Let the temporary files of libraries go where this process's own are; those of TensorFlow outlive a kill."""
    with contextlib.suppress(OSError):
        folder = process_folder()
        if not _replaced:
            _replaced.append(system_folder())
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def system_folder() -> Path:
    """Return the system's folder for temporary files; it may be full, or refuse them otherwise."""
    if _replaced:
        return _replaced[0]
    wanted = [os.path.abspath(os.environ[name]) for name in _VARIABLES if os.environ.get(name)]  # noqa: PTH100 - text
    with contextlib.suppress(FileNotFoundError):
        found = tempfile.gettempdir()
        # Where no other takes files, Python takes the folder that the program was started in: it may hold photos.
        if os.name == "nt" or found in {*wanted, *_USUAL_FOLDERS} or found != str(Path.cwd()):
            return Path(found)
    return Path((*wanted, *_USUAL_FOLDERS)[0])


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give an empty folder that goes at the end of the block, or with the next `sweep` after a kill.

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
    """Give an empty file to write and read, which has no name where the system can do without.

    Raises:
        StorageError: As `temporary_folder`.
    """
    opened = _made(lambda folder: tempfile.TemporaryFile(dir=folder))  # noqa: SIM115 - opened where it can be explained
    with _refusals_explained(system_folder()), opened as stream:
        yield stream


def _made(make: Callable[[Path], MadeT]) -> MadeT:
    try:
        return make(process_folder())
    except OSError as error:
        raise temporary_error(error, system_folder()) from error


@contextlib.contextmanager
def _refusals_explained(folder: Path) -> Iterator[None]:
    """Say that the disk for temporary files is full where an error does not name a file elsewhere."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_IS_FULL and (error.filename is None or folder in Path(error.filename).parents):
            raise temporary_error(error, system_folder()) from error
        raise


@contextlib.contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Give an empty folder on the disk of `target`, beside it; it goes as that of `temporary_folder` does.

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
    """Return a path beside `target` where nothing is; what is made there goes with the next `sweep` after a kill."""
    process = _this_process()
    parent = target.parent.absolute()
    process.note(parent)
    return parent / process.name_beside()
