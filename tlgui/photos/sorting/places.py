"""Where each photo goes: the folder of its answer, filled into the pattern, and what lies there already."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tlgui.errors import SettingError
from tlgui.photos.folder_names import folder_names, name_problem, safe_name
from tlgui.photos.sorting.options import Answer, DecidedPhoto, SortOptions
from tlgui.photos.sorting.pattern import Filling, date_of, folders_and_name, local_date_of, pattern_problem


def check_options(options: SortOptions) -> None:
    """Raise `SettingError` where the pattern or the name of a folder cannot be used."""
    if problem := pattern_problem(options.pattern):
        raise SettingError(problem, "Write it like {class}/{year}/{name}, for example.")
    for name in (options.not_sure, options.unlike):
        if name is not None and (problem := name_problem(name)):
            raise SettingError(f"“{name}” cannot be a folder: {problem}.", "Choose another name for the folder.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a photo is to go.

    Args:
        folder: The folder.
        stem: Its name there, without the ending, if that is free.
        is_renamed: Whether that is another name than it has only because its disk refuses that.
    """

    folder: Path
    stem: str
    is_renamed: bool = False


class Places:
    """Says where photos go.

    Args:
        options: What the user chose.
        class_names: The classes of the model in its order, and more that photos have; their folders do not depend on
            which photos there are.
        is_strict: Whether the disk refuses names that others take.
    """

    def __init__(self, options: SortOptions, class_names: Iterable[str], *, is_strict: bool) -> None:
        self._options = options
        self._is_strict = is_strict
        self._classes = folder_names(class_names)
        own = [name for name in (options.not_sure, options.unlike) if name is not None]
        # A class may have the name of the folder for photos that are not sure.
        names = folder_names(own, taken=self._classes.values())
        self._answers = {
            Answer.NOT_SURE: names[options.not_sure] if options.not_sure is not None else None,
            Answer.UNLIKE: names[options.unlike] if options.unlike is not None else None,
        }
        self.folder_names = frozenset({*self._classes.values(), *names.values()})
        """The names of all folders for answers."""

    def class_folder(self, name: str) -> str:
        """Return the name of the folder for a class."""
        return self._classes[name]

    def of(self, photo: DecidedPhoto, changed_ns: int) -> Place | None:
        """Return where a photo goes; None where it stays where it is.

        Args:
            photo: The photo.
            changed_ns: The time of its file, which stands in for the time it was taken.
        """
        is_named = photo.answer is Answer.NAMED
        folder = self._classes[photo.class_name] if is_named else self._answers[photo.answer]
        if folder is None:
            return None
        taken: datetime | None = None
        if photo.taken is not None:
            taken = date_of(photo.taken)
        taken = taken or local_date_of(changed_ns / 1e9)
        filling = Filling(folder, is_named, photo.path.stem, photo.certainty, taken)
        folders, stem = folders_and_name(self._options.pattern, filling)
        name = safe_name(stem, "photo") if self._is_strict else stem
        return Place(self._options.into.joinpath(*folders), name, name != stem)


class Inside:
    """Tells which photos lie in the folder that is sorted into, so that they are not sorted again.

    Args:
        into: That folder.
        roots: What the user gave: photos, and folders that hold some. What they gave inside `into` is sorted.
        folder_names: The names of the folders for answers: where the user gave `into` itself, only what lies in one of
            these is sorted already.
    """

    def __init__(self, into: Path, roots: Sequence[Path], folder_names: Iterable[str]) -> None:
        self._into = _real(into)
        self._has_roots = bool(roots)
        self._inner_roots = {root for root in map(_real, roots) if root.is_relative_to(self._into)}
        self._names = frozenset(folder_names)
        self._real: dict[Path, Path] = {}

    def is_sorted(self, path: Path) -> bool:
        """Return whether a photo is sorted already."""
        if path.parent not in self._real:
            self._real[path.parent] = _real(path.parent)
        folder = self._real[path.parent]
        if not self._has_roots or not folder.is_relative_to(self._into):
            return False
        place = folder / path.name
        inner = self._inner_roots.intersection((place, *place.parents))
        if inner - {self._into}:
            return False
        return not inner or not self._names.isdisjoint(folder.relative_to(self._into).parts)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
