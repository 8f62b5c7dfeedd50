"""Lists a collection's folder without opening a photo: its classes, its parts, and what is neither.

Links are followed, except to a folder they lie in. A folder that may not be opened becomes a problem; of a folder that
disappears meanwhile, the entries listed until then are kept.
"""

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from tlgui.errors import CollectionError
from tlgui.photos.collection import Part, Photo, Problem, ProblemKind
from tlgui.photos.facts import FileState
from tlgui.photos.names import one_line, shown_name
from tlgui.photos.pictures.formats import FORMAT_NAMES, IMAGE_SUFFIXES
from tlgui.photos.places import inside
from tlgui.progress import JobContext, Progress, Stage

_PARTS = {
    "train": Part.TRAINING,
    "training": Part.TRAINING,
    "val": Part.VALIDATION,
    "valid": Part.VALIDATION,
    "validation": Part.VALIDATION,
    "test": Part.TEST,
    "testing": Part.TEST,
}
_SYSTEM_NAMES = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "$recycle.bin"},
)
_OTHER_PICTURES = frozenset(
    {".jxl", ".jp2", ".svg", ".psd", ".pdf", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".raw"},
)
_SNAPSHOT_SECONDS = 0.5


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


class Listed(NamedTuple):
    """A file with the name of a photo.

    Args:
        photo: With its class, part and arrival.
        place: Its place inside the collection's folder.
        state: The file's state.
    """

    photo: Photo
    place: str
    state: FileState


@dataclass(frozen=True, slots=True)
class Remembered:
    """What earlier scans and the user stored about a collection.

    Args:
        shown_names: The names that the user gave classes, by folder name.
        arrivals: The number of the scan that first found each photo, by place.
        arrival: The number of this scan.
    """

    shown_names: Mapping[str, str] = field(default_factory=dict)
    arrivals: Mapping[str, int] = field(default_factory=dict)
    arrival: int = 0


@dataclass
class Layout:
    """The content of a collection's folder by names alone.

    Args:
        class_folders: The folders of each class, by class name; several where the parts of a split each have one, or
            where two folders are shown by one name.
        photos: The files with names of photos, by class name, folder by folder and sorted by name.
        problems: Files and folders that are left out.
        linked: The class folders that are links to folders elsewhere.
    """

    class_folders: dict[str, list[Path]] = field(default_factory=dict)
    photos: dict[str, list[Listed]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    linked: list[Path] = field(default_factory=list)

    @property
    def photo_count(self) -> int:
        """The number of files with names of photos."""
        return sum(map(len, self.photos.values()))

    def listed(self) -> Iterator[Listed]:
        """Yield every file with the name of a photo, class by class."""
        for items in self.photos.values():
            yield from items


def is_folder(path: Path) -> bool:
    """Return whether `path` is a folder; False where that may not be seen, for which `Path.is_dir` raises."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_hidden(name: str) -> bool:
    """Return whether file managers hide files and folders of this name, or make them for themselves."""
    return name.startswith(".") or name.lower() in _SYSTEM_NAMES


def part_named(name: str) -> Part | None:
    """Return the part of a split that a folder name stands for; None where it stands for none."""
    return _PARTS.get(name.lower())


def looks_like_photo(name: str) -> bool:
    """Return whether a file name has the suffix of a photo."""
    return _suffix(name) in IMAGE_SUFFIXES


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


def list_layout(
    folder: Path,
    context: JobContext,
    remembered: Remembered | None = None,
    snapshot: Callable[[Layout], None] = lambda _: None,
) -> Layout:
    """Find the classes in the folder the user picked, and their photos.

    Args:
        folder: Absolute.
        context: Receives the number of files found; its checkpoint is called before each.
        remembered: What is stored about the photos and classes; nothing by default.
        snapshot: Called with the layout found so far, at most twice a second, and at the end.

    Raises:
        CollectionError: The folder is not there, is not a folder, or may not be opened.
        Cancelled: The user pressed Stop.
    """
    return _Lister(folder, context, remembered or Remembered(), snapshot).run()


class _Lister:
    def __init__(
        self, folder: Path, context: JobContext, remembered: Remembered, snapshot: Callable[[Layout], None]
    ) -> None:
        self._folder = folder
        self._context = context
        self._remembered = remembered
        self._snapshot = snapshot
        self._next_snapshot = time.monotonic() + _SNAPSHOT_SECONDS
        self._layout = Layout()

    def run(self) -> Layout:
        self._context.report(Progress(Stage.SCANNING))
        visible = self._visible(self._top())
        folders = {Path(entry.path): entry for entry in visible if entry.is_folder}
        self._layout.linked += [path for path, entry in folders.items() if entry.is_link]
        # Only folders named like parts are listed before it is known whether they are parts.
        listed = {path: list(self._streamed(path)) for path in folders if path.name.lower() in _PARTS}
        parts = _part_folders(listed, nothing_else=len(listed) == len(folders))
        for path in folders:
            if not parts:
                self._add_class(path, listed.get(path) or self._streamed(path), None)
            elif path in parts:
                self._add_part(path, listed[path], parts[path])
            else:
                reason = "This folder lies beside the folders of the split, so its contents are not used."
                self._add_problem(path, ProblemKind.OUTSIDE_CLASS, reason)
        self._add_outside(visible, "It lies beside the class folders, not in one.")
        self._snapshot(self._layout)
        return self._layout

    def _top(self) -> list[Entry]:
        top = []
        try:
            for entry in entries_of(self._folder, self._context):
                top.append(entry)  # noqa: PERF402 - the entries before an error are kept
        except OSError as error:
            if not top:
                raise _unusable_folder(self._folder, error) from error
            self._add_problem(self._folder, ProblemKind.GONE, _listed_in_part(error))
        return sorted(top)

    def _streamed(self, folder: Path) -> Iterator[Entry]:
        """Yield the entries of a subfolder; one that cannot be listed becomes a problem."""
        is_open = False
        try:
            entries = entries_of(folder, self._context)
            for first in entries:
                is_open = True
                yield first
                yield from entries
        except PermissionError:
            self._add_problem(folder, ProblemKind.NO_PERMISSION, "You may not open this folder.")
        except OSError as error:
            reason = _listed_in_part(error) if is_open else f"This folder cannot be opened: {error.strerror}."
            self._add_problem(folder, ProblemKind.GONE, reason)

    def _visible(self, entries: Iterable[Entry]) -> list[Entry]:
        return [entry for entry in entries if self._is_visible(entry)]

    def _is_visible(self, entry: Entry) -> bool:
        """Return whether an entry may be used; a hidden one and a broken link become problems."""
        if is_hidden(entry.name):
            reason = f"It is a hidden or system {'folder' if entry.is_folder else 'file'}, which is never used."
            self._add_problem(Path(entry.path), ProblemKind.HIDDEN, reason)
        elif entry.problem is not None:
            self._layout.problems.append(entry.problem)
        else:
            return True
        return False

    def _add_part(self, folder: Path, entries: Sequence[Entry], part: Part) -> None:
        visible = self._visible(sorted(entries))
        for entry in visible:
            if entry.is_folder:
                path = Path(entry.path)
                self._layout.linked += [path] if entry.is_link else []
                self._add_class(path, self._streamed(path), part)
        self._add_outside(visible, f"It lies in “{shown_name(folder)}” but not in a class folder.")

    def _add_class(self, folder: Path, entries: Iterable[Entry], part: Part | None) -> None:
        folder_name = shown_name(folder)
        name = self._remembered.shown_names.get(folder_name, folder_name)
        self._layout.class_folders.setdefault(name, []).append(folder)
        photos = self._layout.photos.setdefault(name, [])
        first, place = len(photos), inside(folder, self._folder)
        arrivals, arrival = self._remembered.arrivals, self._remembered.arrival
        for entry in entries:
            # Nearly all entries are photos, so this is tested first.
            if entry.state is not None and looks_like_photo(entry.name) and not entry.name.startswith("."):
                listed = f"{place}/{entry.name}"
                photo = Photo(folder / entry.name, name, part, arrivals.get(listed, arrival))
                photos.append(Listed(photo, listed, entry.state))
                self._tick()
            elif not self._is_visible(entry):
                continue
            elif entry.is_folder:
                self._add_nested(folder / entry.name, name)
            else:
                self._add_problem(folder / entry.name, ProblemKind.NOT_AN_IMAGE, _why_not_an_image(entry.name))
        photos[first:] = sorted(photos[first:], key=attrgetter("place"))

    def _tick(self) -> None:
        if time.monotonic() >= self._next_snapshot:
            self._context.report(Progress(Stage.SCANNING, self._layout.photo_count))
            self._snapshot(self._layout)
            self._next_snapshot = time.monotonic() + _SNAPSHOT_SECONDS

    def _add_nested(self, folder: Path, name: str) -> None:
        reason = f"It is a folder inside the class “{name}”; only photos directly in the class folder are used."
        self._add_problem(folder, ProblemKind.NESTED, reason, tuple(sorted(self._photos_below(folder))))

    def _photos_below(self, folder: Path) -> Iterator[Path]:
        for entry in self._streamed(folder):
            if is_hidden(entry.name) or entry.problem is not None:
                continue
            if not entry.is_folder:
                if looks_like_photo(entry.name):
                    yield Path(entry.path)
            elif not entry.is_link:
                yield from self._photos_below(Path(entry.path))

    def _add_outside(self, entries: Iterable[Entry], reason: str) -> None:
        for entry in entries:
            if entry.is_folder:
                continue
            path = Path(entry.path)
            if looks_like_photo(entry.name):
                self._add_problem(path, ProblemKind.OUTSIDE_CLASS, reason, (path,))
            else:
                self._add_problem(path, ProblemKind.NOT_AN_IMAGE, _why_not_an_image(entry.name))

    def _add_problem(self, path: Path, kind: ProblemKind, reason: str, photos: tuple[Path, ...] = ()) -> None:
        self._layout.problems.append(Problem(path, kind, reason, photos))


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


def _part_folders(listed: Mapping[Path, Sequence[Entry]], *, nothing_else: bool) -> dict[Path, Part]:
    """Return which subfolders are parts of a split; none where the subfolders are classes.

    A folder called `test` or `train` may be a class (of trains). It is a part when it holds folders, and either holds
    no photos or has no folders of other names beside it.
    """
    for entries in listed.values():
        shown = [entry for entry in entries if not is_hidden(entry.name)]
        has_photos = any(not entry.is_folder and looks_like_photo(entry.name) for entry in shown)
        if any(entry.is_folder for entry in shown) and (nothing_else or not has_photos):
            return {path: _PARTS[path.name.lower()] for path in listed}
    return {}


def _why_not_an_image(name: str) -> str:
    suffix = _suffix(name)
    if suffix in _OTHER_PICTURES:
        return f"Pictures of this kind ({one_line(suffix)}) cannot be read here; save it as JPEG or PNG."
    return f"Its name is not that of a photo ({FORMAT_NAMES})."
