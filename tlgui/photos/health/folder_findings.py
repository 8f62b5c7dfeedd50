"""Findings about files and folders: outside the classes, nested too deep, unreadable, or no photos."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tlgui.photos.collection import Collection, Problem, ProblemKind
from tlgui.photos.counting import counted, listed
from tlgui.photos.health.findings import Finding, FindingKind, MoveInto, MoveToBin, RemoveFolders, Severity, UseAgain
from tlgui.photos.health.leaving_out import each
from tlgui.photos.names import plain_key, shown_name
from tlgui.photos.pictures.formats import IMAGE_SUFFIXES

# Why files that are not damaged cannot be read: of one file, and of several.
_CAUSES = {
    ProblemKind.UNSUPPORTED: (
        "is of a variant of its format that cannot be read here",
        "are of variants of their formats that cannot be read here",
    ),
    ProblemKind.TOO_LARGE: ("is too large", "are too large"),
    ProblemKind.NOT_AN_IMAGE: ("has the name of a photo but is none", "have names of photos but are none"),
    ProblemKind.NO_PERMISSION: ("may not be opened", "may not be opened"),
    ProblemKind.LINK_LOOP: ("is a link that leads back to itself", "are links that lead back to themselves"),
    ProblemKind.GONE: ("cannot be read at present", "cannot be read at present"),
    ProblemKind.CHANGING: ("is being changed", "are being changed"),
}


def folder_findings(collection: Collection, linked: Sequence[Path], nested: Sequence[Path]) -> Iterator[Finding]:
    """Yield the findings about the files and folders of a collection.

    Args:
        collection: The photos and the problems of the scan.
        linked: The class folders that are links.
        nested: The folders with photos inside class folders.
    """
    by_kind: dict[ProblemKind, list[Problem]] = {}
    for problem in collection.problems:
        by_kind.setdefault(problem.kind, []).append(problem)
    yield from _root_photos(by_kind.get(ProblemKind.OUTSIDE_CLASS, []), collection)
    yield from _without_class(by_kind.get(ProblemKind.WITHOUT_CLASS, []))
    yield from _nested(nested, collection)
    yield from _empty(by_kind.get(ProblemKind.EMPTY_CLASS, []), collection)
    yield from _damaged(by_kind.get(ProblemKind.UNREADABLE, []))
    yield from _unreadable(collection.problems)
    yield from _tiny(by_kind.get(ProblemKind.TINY, []))
    yield from _other_files(collection.problems)
    yield from _for_prediction(by_kind.get(ProblemKind.FOR_PREDICTION, []))
    yield from _linked(linked)
    yield from _left_out(collection)


def _root_photos(problems: list[Problem], collection: Collection) -> Iterator[Finding]:
    paths = _files(problems)
    if not paths:
        return
    moves = tuple(move for path in paths for move in _named_after_class(path, collection))
    explanation = "They lie beside the class folders, not in one, so they are not used. Move each into its class."
    if moves:
        explanation += f" The names of {counted(len(moves), 'photo')} begin with the name of a class."
    yield Finding(
        FindingKind.ROOT_PHOTOS,
        Severity.DOUBT,
        f"{counted(len(paths), 'photo lies', 'photos lie')} outside the classes",
        explanation,
        each(paths),
        MoveInto(moves) if moves else None,
        f"&Move {counted(len(moves), 'photo')} into the {'class' if len(moves) == 1 else 'classes'} named so"
        if moves
        else "",
    )


def _named_after_class(path: Path, collection: Collection) -> Iterator[tuple[Path, Path]]:
    """Yield a photo and the folder of the class with whose name its own begins, such as “daisy 12.jpg”."""
    stem = plain_key(path.stem)
    found = [item for item in collection.classes if (key := plain_key(item.name)) and stem.startswith(key)]
    longest = [item for item in found if all(item.name >= other.name or item is other for other in found)]
    if len(longest) == 1 and len(longest[0].folders) == 1:
        yield path, longest[0].folders[0]


def _without_class(problems: list[Problem]) -> Iterator[Finding]:
    if problems:
        number = sum(len(problem.photos) for problem in problems)
        names = listed([shown_name(problem.path) for problem in problems], "folder", "folders")
        yield Finding(
            FindingKind.WITHOUT_CLASS,
            Severity.DOUBT,
            f"{counted(number, 'photo has', 'photos have')} no class",
            f"They lie in {names} and in no class folder, so they are not used.",
            tuple(problem.photos for problem in problems),
        )


def _for_prediction(problems: list[Problem]) -> Iterator[Finding]:
    if problems:
        number = sum(len(problem.photos) for problem in problems)
        names = listed([shown_name(problem.path) for problem in problems], "folder", "folders")
        yield Finding(
            FindingKind.FOR_PREDICTION,
            Severity.NOTE,
            f"{counted(number, 'photo is', 'photos are')} kept for prediction",
            f"They lie in {names} and have no class, so nothing is learned from them. A model can name them: drop the "
            "folder on the Predict page.",
            tuple(problem.photos for problem in problems),
        )


def _nested(folders: Sequence[Path], collection: Collection) -> Iterator[Finding]:
    inside = frozenset(folders)
    paths = [photo.path for photo in collection.photos() if photo.path.parent in inside] if inside else []
    if paths:
        yield Finding(
            FindingKind.NESTED_FOLDERS,
            Severity.NOTE,
            f"{counted(len(paths), 'photo lies', 'photos lie')} in folders inside a class folder",
            "They are photos of that class, however deep they lie.",
            each(paths),
        )


def _empty(problems: list[Problem], collection: Collection) -> Iterator[Finding]:
    if problems:
        known = [problem.path for problem in collection.problems if problem.kind is not ProblemKind.EMPTY_CLASS]
        known += [photo.path for photo in collection.left_out]
        full = {parent for path in known for parent in path.parents}
        bare = tuple(problem.path for problem in problems if problem.path not in full)
        names = listed([shown_name(problem.path) for problem in problems], "folder", "folders")
        yield Finding(
            FindingKind.EMPTY_CLASSES,
            Severity.DOUBT,
            f"{counted(len(problems), 'folder has', 'folders have')} no photo that can be used",
            f"There is nothing to learn from in {names}, so no class is made of it. Add photos, or remove the "
            f"{'folder' if len(problems) == 1 else 'folders'}.",
            each([problem.path for problem in problems]),
            RemoveFolders(bare) if bare else None,
            f"&Remove {'the empty folder' if len(bare) == 1 else counted(len(bare), 'empty folder')}" if bare else "",
        )


def _damaged(problems: list[Problem]) -> Iterator[Finding]:
    if problems:
        paths = [problem.path for problem in problems]
        yield Finding(
            FindingKind.DAMAGED,
            Severity.DOUBT,
            f"{counted(len(paths), 'file is', 'files are')} damaged",
            "Their content is wrong or their end is missing, so they are not used. Replace them with good copies, or "
            "move them to the bin.",
            each(paths),
            MoveToBin(tuple(paths)),
            f"Move {counted(len(paths), 'file')} to the &bin",
        )


def _unreadable(problems: Sequence[Problem]) -> Iterator[Finding]:
    """Yield the finding about photos that are not damaged; other programs may open them, so no bin is offered."""
    found = [problem for problem in problems if problem.kind in _CAUSES and not _is_other_file(problem)]
    if found:
        counts = Counter(problem.kind for problem in found)
        causes = [f"{counts[kind]:,} {words[counts[kind] > 1]}" for kind, words in _CAUSES.items() if counts[kind]]
        yield Finding(
            FindingKind.UNREADABLE,
            Severity.DOUBT,
            f"{counted(len(found), 'file')} cannot be read",
            f"They are not used: {'; '.join(causes)}. The reason is named beside each of them.",
            each([problem.path for problem in found]),
        )


def _is_other_file(problem: Problem) -> bool:
    """Return whether a file is no photo, and does not have the name of one."""
    return problem.kind is ProblemKind.NOT_AN_IMAGE and problem.path.suffix.lower() not in IMAGE_SUFFIXES


def _tiny(problems: list[Problem]) -> Iterator[Finding]:
    if problems:
        paths = [problem.path for problem in problems]
        yield Finding(
            FindingKind.TINY,
            Severity.NOTE,
            f"{counted(len(paths), 'picture is', 'pictures are')} a single pixel",
            "Web pages count their readers with such pictures. They show nothing, so they are not used.",
            each(paths),
        )


def _other_files(problems: tuple[Problem, ...]) -> Iterator[Finding]:
    paths = [problem.path for problem in problems if problem.kind is ProblemKind.HIDDEN or _is_other_file(problem)]
    if paths:
        yield Finding(
            FindingKind.OTHER_FILES,
            Severity.NOTE,
            f"{counted(len(paths), 'other file')} in the folder",
            "They are not photos, or are hidden; they are passed over and do no harm.",
            each(paths),
        )


def _linked(folders: Sequence[Path]) -> Iterator[Finding]:
    if folders:
        yield Finding(
            FindingKind.LINKED_CLASSES,
            Severity.NOTE,
            f"{counted(len(folders), 'class folder is', 'class folders are')} kept elsewhere",
            f"Links lead from {listed([shown_name(folder) for folder in folders])} to other places. The photos there "
            "are used; moving one moves it there.",
            each(folders),
        )


def _left_out(collection: Collection) -> Iterator[Finding]:
    if collection.left_out:
        paths = tuple(photo.path for photo in collection.left_out)
        yield Finding(
            FindingKind.LEFT_OUT,
            Severity.NOTE,
            f"You left out {counted(len(paths), 'photo')}",
            "The files are where they were; they are only not used.",
            each(paths),
            UseAgain(paths),
            "&Use again" if len(paths) == 1 else "&Use all again",
        )


def _files(problems: list[Problem]) -> list[Path]:
    """Return the photos of problems."""
    return [path for problem in problems for path in problem.photos]
