"""What lies where in a collection's folder, without opening a single photo: classes, parts, and what is neither.

Links are followed, but not back to a folder they lie in; folders that may not be opened become problems.
"""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tlgui.errors import CollectionError
from tlgui.photos.collection import Part, Photo, Problem, ProblemKind
from tlgui.photos.decode import IMAGE_SUFFIXES, shown_name
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
    {".heic", ".heif", ".avif", ".jxl", ".svg", ".psd", ".pdf", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raw"},
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder.

    Args:
        path: Where it lies.
        is_folder: Whether it is a folder, or a link to one.
        problem: Why it cannot even be looked at: a link that leads nowhere or in circles; None where it can.
    """

    path: Path
    is_folder: bool
    problem: Problem | None = None


@dataclass
class Layout:
    """What a collection's folder holds, before any photo is opened.

    Args:
        class_folders: The folders of each class, by class name; several where the parts of a split each have one.
        photos: The files that look like photos, each with its class and part, sorted by path.
        problems: What is left out already.
    """

    class_folders: dict[str, list[Path]] = field(default_factory=dict)
    photos: list[Photo] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def is_folder(path: Path) -> bool:
    """Return whether there is a folder at `path` as far as may be seen; `Path.is_dir` raises where it may not."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_hidden(name: str) -> bool:
    """Return whether a name is one that file managers do not show, or that only they use."""
    return name.startswith(".") or name.lower() in _SYSTEM_NAMES


def list_folder(folder: Path, context: JobContext) -> list[Entry]:
    """Return what lies in a folder, sorted by name.

    Raises:
        OSError: The folder is gone or may not be opened.
        Cancelled: The user pressed Stop.
    """
    entries = []
    with os.scandir(folder) as listing:
        for item in listing:
            context.checkpoint()
            entries.append(_entry(item, folder))
    return sorted(entries, key=lambda entry: entry.path.name)


def list_layout(folder: Path, context: JobContext) -> Layout:
    """Find the classes in the folder the user picked.

    Raises:
        CollectionError: The folder is not there, is not a folder, or may not be opened.
        Cancelled: The user pressed Stop.
    """
    context.report(Progress(Stage.SCANNING))
    layout = Layout()
    try:
        top = list_folder(folder, context)
    except OSError as error:
        raise _unusable_folder(folder, error) from error
    visible = _visible(top, layout)
    listed = {entry.path: _listed(entry.path, layout, context) for entry in visible if entry.is_folder}
    parts = _part_folders(listed)
    for path, entries in listed.items():
        if not parts:
            _add_class(path, entries, None, layout)
        elif path in parts:
            _add_part(path, entries, parts[path], layout, context)
        else:
            reason = "This folder lies beside the folders of the split, so its contents are not used."
            layout.problems.append(Problem(path, ProblemKind.OUTSIDE_CLASS, reason))
    _add_outside(visible, "It lies beside the class folders, not in one.", layout)
    return layout


def _entry(item: os.DirEntry[str], folder: Path) -> Entry:
    path = folder / item.name
    try:
        is_folder = item.is_dir()
        if not is_folder:
            item.stat()
    except OSError as error:
        return Entry(path, is_folder=False, problem=_broken_link(path, error))
    if is_folder and item.is_symlink() and _leads_back(path):
        return Entry(path, is_folder=False, problem=_link_loop(path))
    return Entry(path, is_folder=is_folder)


def _leads_back(path: Path) -> bool:
    """Return whether a linked folder is one that the link itself lies in."""
    real, parent = Path(os.path.realpath(path)), Path(os.path.realpath(path.parent))
    return real == parent or real in parent.parents


def _broken_link(path: Path, error: OSError) -> Problem:
    if error.errno == errno.ELOOP:
        return _link_loop(path)
    if isinstance(error, PermissionError):
        return Problem(path, ProblemKind.NO_PERMISSION, "You may not read it.")
    return Problem(path, ProblemKind.GONE, "It is no longer there, or is a link to something that is not.")


def _link_loop(path: Path) -> Problem:
    return Problem(path, ProblemKind.LINK_LOOP, "It is a link that leads back to a folder it lies in.")


def _unusable_folder(folder: Path, error: OSError) -> CollectionError:
    name = shown_name(folder) or str(folder)
    if isinstance(error, PermissionError):
        return CollectionError(f"You may not open the folder “{name}”.", "Change its permissions, or choose another.")
    if isinstance(error, FileNotFoundError):
        return CollectionError(f"The folder “{name}” is not there.", "Choose a folder that exists.")
    if isinstance(error, NotADirectoryError):
        return CollectionError(f"“{name}” is not a folder.", "Choose the folder that holds your class folders.")
    return CollectionError(f"The folder “{name}” cannot be opened: {error.strerror}.", "Choose another folder.")


def _visible(entries: Sequence[Entry], layout: Layout) -> list[Entry]:
    """Return the entries to go on with; hidden ones and broken links become problems."""
    visible = []
    for entry in entries:
        if is_hidden(entry.path.name):
            kind = "folder" if entry.is_folder else "file"
            reason = f"It is a hidden or system {kind}, which is never used."
            layout.problems.append(Problem(entry.path, ProblemKind.HIDDEN, reason))
        elif entry.problem is not None:
            layout.problems.append(entry.problem)
        else:
            visible.append(entry)
    return visible


def _listed(folder: Path, layout: Layout, context: JobContext) -> list[Entry]:
    """List one subfolder; when that fails it becomes a problem, and the others go on."""
    try:
        return list_folder(folder, context)
    except PermissionError:
        layout.problems.append(Problem(folder, ProblemKind.NO_PERMISSION, "You may not open this folder."))
    except OSError as error:
        reason = f"This folder cannot be opened: {error.strerror}."
        layout.problems.append(Problem(folder, ProblemKind.GONE, reason))
    return []


def _part_folders(listed: dict[Path, list[Entry]]) -> dict[Path, Part]:
    """Return which subfolders are parts of a split; none where the subfolders are classes.

    A folder called `test` or `train` may well be a class (of trains). It is a part when it holds folders, and either
    no photos of its own, or no other folder stands beside the parts.
    """
    named = {path: _PARTS[path.name.lower()] for path in listed if path.name.lower() in _PARTS}
    nothing_else = len(named) == len(listed)
    for path in named:
        shown = [entry for entry in listed[path] if not is_hidden(entry.path.name)]
        if any(entry.is_folder for entry in shown) and (nothing_else or not any(map(_looks_like_photo, shown))):
            return named
    return {}


def _add_part(folder: Path, entries: Sequence[Entry], part: Part, layout: Layout, context: JobContext) -> None:
    visible = _visible(entries, layout)
    for entry in visible:
        if entry.is_folder:
            _add_class(entry.path, _listed(entry.path, layout, context), part, layout)
    _add_outside(visible, f"It lies in “{shown_name(folder)}” but not in a class folder.", layout)


def _add_class(folder: Path, entries: Sequence[Entry], part: Part | None, layout: Layout) -> None:
    name = shown_name(folder)
    layout.class_folders.setdefault(name, []).append(folder)
    for entry in _visible(entries, layout):
        if entry.is_folder:
            reason = f"It is a folder inside the class “{name}”; only photos directly in the class folder are used."
            layout.problems.append(Problem(entry.path, ProblemKind.NESTED, reason))
        elif _looks_like_photo(entry):
            layout.photos.append(Photo(entry.path, name, part))
        else:
            layout.problems.append(Problem(entry.path, ProblemKind.NOT_AN_IMAGE, _why_not_an_image(entry.path)))


def _add_outside(entries: Sequence[Entry], reason: str, layout: Layout) -> None:
    layout.problems += [
        Problem(entry.path, ProblemKind.OUTSIDE_CLASS, reason)
        if _looks_like_photo(entry)
        else Problem(entry.path, ProblemKind.NOT_AN_IMAGE, _why_not_an_image(entry.path))
        for entry in entries
        if not entry.is_folder
    ]


def _looks_like_photo(entry: Entry) -> bool:
    return not entry.is_folder and entry.path.suffix.lower() in IMAGE_SUFFIXES


def _why_not_an_image(path: Path) -> str:
    if path.suffix.lower() in _OTHER_PICTURES:
        return f"Pictures of this kind ({path.suffix}) cannot be read here; save it as JPEG or PNG."
    return "Its name is not that of a photo (JPEG, PNG, WebP, BMP, GIF or TIFF)."
