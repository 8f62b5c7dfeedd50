"""Lists a folder and everything below it: names, sizes, times, and what cannot be used.

A file with the suffix of a photo is listed as one without being opened. Of others, the first bytes decide: photos
without a suffix, or with a wrong one, are photos too.

Links are followed, except to a folder they lie in, from a folder that holds photos itself, or beyond two links. A
folder that may not be opened becomes a problem; of one that disappears meanwhile, the entries listed so far are kept.
"""

import errno
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tlgui.errors import CollectionError
from tlgui.photos.collection import Problem, ProblemKind
from tlgui.photos.facts import FileState
from tlgui.photos.names import one_line, shown_name
from tlgui.photos.pictures.formats import FORMAT_NAMES, IMAGE_SUFFIXES
from tlgui.photos.pictures.opening import is_photo
from tlgui.progress import JobContext, Progress, Stage

_SYSTEM_NAMES = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "$recycle.bin"},
)
_OTHER_PICTURES = frozenset(
    {".jxl", ".svg", ".psd", ".xcf", ".eps", ".pdf", ".tga", ".ico", ".exr", ".hdr"},
)
_FIRST_SNAPSHOT_SECONDS = 0.25
_SNAPSHOT_SECONDS = 0.5
_MOST_LINKS = 2
_SIDECARS = frozenset({".xmp", ".aae"})


class Entry(NamedTuple):
    """One entry of a folder.

    Args:
        name: The name.
        path: The path, as text.
        state: The file's state; None for a folder, a link to one, and an entry that cannot be examined.
        problem: Why an entry cannot be examined: for instance a broken or circular link.
        is_link: Whether it is a link to a folder.
    """

    name: str
    path: str
    state: FileState | None = None
    problem: Problem | None = None
    is_link: bool = False

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, or a link to one."""
        return self.state is None and self.problem is None


@dataclass(eq=False, slots=True)
class Folder:
    """A listed folder.

    Args:
        path: Absolute.
        is_link: Whether it is a link to a folder elsewhere.
        links: The number of links on the way to it, itself included.
        photos: The files with names of photos, name and state, in the order of the system.
        others: The names of the other files, in order.
        folders: The visible folders in it, by name.
        problems: What in it cannot be used at all: hidden files, broken links, the folder itself where it cannot be
            opened.
        total: The number of photos in it and below it, as far as listed.
        is_whole: Whether it and everything below it is listed.
        is_listed: Whether it is listed itself.
    """

    path: Path
    is_link: bool = False
    links: int = 0
    photos: list[tuple[str, FileState]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    folders: list["Folder"] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    total: int = 0
    is_whole: bool = False
    is_listed: bool = False

    @property
    def is_filled(self) -> bool:
        """Whether there are photos in it or below it, or may be."""
        return self.total > 0 or not self.is_whole

    def below(self) -> Iterator["Folder"]:
        """Yield the folder itself and all folders below it, depth first and by name."""
        waiting = [self]
        while waiting:
            folder = waiting.pop()
            yield folder
            waiting += reversed(folder.folders)

    def photo_paths(self) -> tuple[Path, ...]:
        """Return the photos in the folder and below it, sorted."""
        return tuple(sorted(folder.path / name for folder in self.below() for name, _ in folder.photos))


def is_folder(path: Path) -> bool:
    """Return whether `path` is a folder; False where that may not be seen, for which `Path.is_dir` raises."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_hidden(name: str) -> bool:
    """Return whether file managers hide files and folders of this name, or make them for themselves."""
    return name.startswith(".") or name.lower() in _SYSTEM_NAMES


def looks_like_photo(name: str) -> bool:
    """Return whether a file name has the suffix of a photo."""
    return _suffix(name) in IMAGE_SUFFIXES


def has_photo_content(entry: Entry) -> bool:
    """Return whether a file without the suffix of a photo is one by its first bytes.

    Args:
        entry: A file. The notes that programs put beside photos are not opened: there may be one for each photo.
    """
    return _suffix(entry.name) not in _SIDECARS and is_photo(Path(entry.path))


def _suffix(name: str) -> str:
    # Called for every file; `Path.suffix` takes many times as long.
    _, dot, suffix = name.rpartition(".")
    return dot + suffix.lower()


def entries_of(folder: Path, context: JobContext) -> Iterator[Entry]:
    """Yield the entries of a folder, in the order of the system.

    Args:
        folder: The folder.
        context: Its checkpoint is called before each entry.

    Raises:
        OSError: The folder is gone or may not be opened, at the start or in the middle.
        Cancelled: The user pressed Stop.
    """
    with os.scandir(folder) as listing:
        for item in listing:
            context.checkpoint()
            yield _entry(item)


def list_tree(folder: Path, context: JobContext, snapshot: Callable[[Folder], None] = lambda _: None) -> Folder:
    """List a folder and everything below it, level by level.

    Args:
        folder: Absolute.
        context: Receives the number of photos found; its checkpoint is called before each entry.
        snapshot: Called with what is listed so far, at most twice a second.

    Returns:
        The folder. Its totals are those of the whole tree.

    Raises:
        CollectionError: The folder is not there, is not a folder, or may not be opened.
        Cancelled: The user pressed Stop.
    """
    return _Lister(folder, context, snapshot).run()


def count_photos(root: Folder) -> None:
    """Set `total` and `is_whole` of a folder and of all folders below it."""
    for folder in reversed(_by_level(root)):
        folder.total = len(folder.photos) + sum(inner.total for inner in folder.folders)
        folder.is_whole = folder.is_listed and all(inner.is_whole for inner in folder.folders)


def _by_level(root: Folder) -> list[Folder]:
    found = [root]
    for folder in found:
        found += folder.folders
    return found


class _Lister:
    def __init__(self, folder: Path, context: JobContext, snapshot: Callable[[Folder], None]) -> None:
        self._root = Folder(folder)
        self._context = context
        self._snapshot = snapshot
        self._next_snapshot = time.monotonic() + _FIRST_SNAPSHOT_SECONDS
        self._found = 0

    def run(self) -> Folder:
        self._context.report(Progress(Stage.SCANNING))
        self._list_root()
        waiting = deque(self._root.folders)
        while waiting:
            folder = waiting.popleft()
            self._list(folder)
            waiting += folder.folders
        count_photos(self._root)
        return self._root

    def _list_root(self) -> None:
        folder, has_entries = self._root, False
        try:
            for entry in entries_of(folder.path, self._context):
                has_entries = True
                self._take(folder, entry)
        except OSError as error:
            if not has_entries:
                raise _unusable_folder(folder.path, error) from error
            _add_problem(folder, folder.path, ProblemKind.GONE, _listed_in_part(error))
        _finish(folder)

    def _list(self, folder: Folder) -> None:
        """List a subfolder; one that cannot be listed becomes a problem."""
        has_entries = False
        try:
            for entry in entries_of(folder.path, self._context):
                has_entries = True
                self._take(folder, entry)
        except PermissionError:
            _add_problem(folder, folder.path, ProblemKind.NO_PERMISSION, "You may not open this folder.")
        except OSError as error:
            reason = _listed_in_part(error) if has_entries else f"This folder cannot be opened: {error.strerror}."
            _add_problem(folder, folder.path, ProblemKind.GONE, reason)
        _finish(folder)

    def _take(self, folder: Folder, entry: Entry) -> None:
        name = entry.name
        # Nearly all entries are photos, so this is tested first.
        if entry.state is not None and looks_like_photo(name) and not name.startswith("."):
            self._add_photo(folder, name, entry.state)
        elif is_hidden(name):
            reason = f"It is a hidden or system {'folder' if entry.is_folder else 'file'}, which is never used."
            _add_problem(folder, Path(entry.path), ProblemKind.HIDDEN, reason)
        elif entry.problem is not None:
            folder.problems.append(entry.problem)
        elif entry.is_folder:
            folder.folders.append(Folder(folder.path / name, entry.is_link, folder.links + entry.is_link))
        elif entry.state is not None and has_photo_content(entry):
            self._add_photo(folder, name, entry.state)
        else:
            folder.others.append(name)

    def _add_photo(self, folder: Folder, name: str, state: FileState) -> None:
        folder.photos.append((name, state))
        self._found += 1
        self._tick()

    def _tick(self) -> None:
        if time.monotonic() >= self._next_snapshot:
            self._context.report(Progress(Stage.SCANNING, self._found))
            count_photos(self._root)
            self._snapshot(self._root)
            self._next_snapshot = time.monotonic() + _SNAPSHOT_SECONDS


def _finish(folder: Folder) -> None:
    folder.others.sort()
    # A link in a folder of photos usually leads to other photos of the collection, which would be used twice.
    folder.folders = [
        inner for inner in folder.folders if not inner.is_link or (not folder.photos and inner.links <= _MOST_LINKS)
    ]
    folder.folders.sort(key=lambda inner: inner.path.name)
    folder.is_listed = True


def _add_problem(folder: Folder, path: Path, kind: ProblemKind, reason: str) -> None:
    folder.problems.append(Problem(path, kind, reason))


def _entry(item: os.DirEntry[str]) -> Entry:
    try:
        if not item.is_dir():
            status = item.stat()
            return Entry(item.name, item.path, FileState(status.st_size, status.st_mtime_ns))
    except OSError as error:
        return Entry(item.name, item.path, problem=_broken_link(Path(item.path), error))
    is_link = item.is_symlink()
    if is_link and _leads_back(Path(item.path)):
        return Entry(item.name, item.path, problem=_link_loop(Path(item.path)))
    return Entry(item.name, item.path, is_link=is_link)


def _leads_back(path: Path) -> bool:
    """Return whether a link leads to a folder that it lies in."""
    real, parent = Path(os.path.realpath(path)), Path(os.path.realpath(path.parent))
    return real == parent or real in parent.parents


def _broken_link(path: Path, error: OSError) -> Problem:
    if error.errno == errno.ELOOP:
        return _link_loop(path)
    if isinstance(error, PermissionError):
        return Problem(path, ProblemKind.NO_PERMISSION, "You may not read it.")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Problem(path, ProblemKind.GONE, "It is no longer there, or is a link to something that is not.")
    return Problem(path, ProblemKind.GONE, f"It cannot be looked at: {error.strerror}.")


def _link_loop(path: Path) -> Problem:
    return Problem(path, ProblemKind.LINK_LOOP, "It is a link that leads back to a folder it lies in.")


def _listed_in_part(error: OSError) -> str:
    return f"This folder went away while it was listed ({error.strerror}); what was listed until then is used."


def _unusable_folder(folder: Path, error: OSError) -> CollectionError:
    name = shown_name(folder) or str(folder)
    if isinstance(error, PermissionError):
        return CollectionError(f"You may not open the folder “{name}”.", "Change its permissions, or choose another.")
    if isinstance(error, FileNotFoundError):
        return CollectionError(f"The folder “{name}” is not there.", "Choose a folder that exists.")
    if isinstance(error, NotADirectoryError):
        return CollectionError(f"“{name}” is not a folder.", "Choose the folder that holds your class folders.")
    return CollectionError(f"The folder “{name}” cannot be opened: {error.strerror}.", "Choose another folder.")


def why_not_an_image(name: str) -> str:
    """Return the reason why a file of this name is not used."""
    suffix = _suffix(name)
    if suffix in _OTHER_PICTURES:
        return f"Pictures of this kind ({one_line(suffix)}) cannot be read here; save it as JPEG or PNG."
    return f"Neither its name nor its content is that of a photo ({FORMAT_NAMES})."
