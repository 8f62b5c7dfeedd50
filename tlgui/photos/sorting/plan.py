"""What a sort is going to do, to be looked at before it is done."""

from dataclasses import dataclass
from pathlib import Path

from tlgui.photos.mending.file_mover import MendingProblem
from tlgui.photos.mending.records import Act, Step
from tlgui.photos.sorting.options import SortOptions


@dataclass(frozen=True, slots=True)
class FolderCount:
    """What goes into one folder.

    Args:
        place: The folder, relative to the one that is sorted into, with forward slashes.
        photo_count: Photos that go there.
        companion_count: Files that go with them, and files that are written beside them.
        byte_count: The size of both.
    """

    place: str
    photo_count: int
    companion_count: int
    byte_count: int


@dataclass(frozen=True, slots=True)
class SortPlan:
    """What a sort is going to do.

    Args:
        options: What the user chose.
        steps: What is done, in order; each photo before its companions.
        folders: What goes where, by place.
        made_folders: The folders that are made, outer ones first.
        already_there: Photos that are skipped because the same is there already, each with that file.
        numbered: Photos that get a number because another file has their name, each with its new path.
        renamed_count: Photos whose name the disk does not take as it is, so that they get another one.
        renamed_classes: Classes whose folder cannot have their name, each with the name that it has.
        left_count: Photos that stay where they are, because the user chose so for their answer.
        inside_count: Photos that stay because they lie in the folder that is sorted into.
        problems: Files that cannot be sorted, and why.
        needed_bytes: The room that the disk must have.
        free_bytes: The room that it has; None where that is unknown.
        training_count: Photos that lie in the collection that the model is trained on.
        is_into_training: Whether they are sorted into that collection.
    """

    options: SortOptions
    steps: tuple[Step, ...]
    folders: tuple[FolderCount, ...]
    made_folders: tuple[Path, ...]
    already_there: tuple[tuple[Path, Path], ...]
    numbered: tuple[tuple[Path, Path], ...]
    renamed_count: int
    renamed_classes: tuple[tuple[str, str], ...]
    left_count: int
    inside_count: int
    problems: tuple[MendingProblem, ...]
    needed_bytes: int
    free_bytes: int | None
    training_count: int = 0
    is_into_training: bool = False

    @property
    def photo_count(self) -> int:
        """How many photos are sorted."""
        return sum(folder.photo_count for folder in self.folders)

    @property
    def companion_count(self) -> int:
        """How many files go with them."""
        return sum(folder.companion_count for folder in self.folders)


def is_photo_step(number: int, step: Step) -> bool:
    """Return whether a step is about a photo itself, and not about what goes with it."""
    return step.of == number and step.act is not Act.WRITE
