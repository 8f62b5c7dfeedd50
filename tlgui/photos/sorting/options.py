"""What is sorted, and how: photos with their answers, and what the user chose."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.pattern import DEFAULT_PATTERN

Writer = Callable[[bytes | None, str], bytes]
"""Returns what a file beside a photo is to hold, such as an XMP sidecar. It gets what the file there holds, None where
there is none, and the text of a `SidecarNote`, and raises `ValueError` with a sentence where it cannot."""


class Answer(StrEnum):
    """What becomes of a photo."""

    NAMED = "named"
    NOT_SURE = "not sure"
    UNLIKE = "unlike"


@dataclass(frozen=True, slots=True)
class SidecarNote:
    """A file that is written beside a photo where that is sorted to, and taken back with it.

    Args:
        writer: The name of the `Writer`, which the journal keeps, so that a sort can be gone on with after a restart.
        text: What the writer needs to know, such as keywords as JSON.
        suffix: What is added to the photo's name, such as “.xmp”.
    """

    writer: str
    text: str
    suffix: str = ".xmp"


@dataclass(frozen=True, slots=True)
class DecidedPhoto:
    """A photo of which a model or a person has decided what it shows.

    Args:
        path: The photo.
        answer: Whether it is named.
        class_name: The class; ignored where it is not named.
        certainty: How probable that is, 0..1.
        taken: When it was taken, in seconds since 1970 with the camera's local time read as UTC; None where that is to
            be read from the photo, where it is needed.
        notes: Files that are to be written beside it.
    """

    path: Path
    answer: Answer
    class_name: str = ""
    certainty: float = 1.0
    taken: float | None = None
    notes: tuple[SidecarNote, ...] = ()


@dataclass(frozen=True, slots=True)
class SortOptions:
    """What the user chose.

    Args:
        into: The folder to sort into; made where it is not there, its parent is not.
        act: `COPY`, `MOVE`, `LINK` for symbolic links, or `HARD_LINK`.
        pattern: Where each photo goes, see `pattern.pattern_problem`.
        not_sure: The folder in `into` of photos that are not sure; None leaves them where they are.
        unlike: The same for photos unlike anything the model was trained on.
    """

    into: Path
    act: Act = Act.COPY
    pattern: str = DEFAULT_PATTERN
    not_sure: str | None = "not sure"
    unlike: str | None = "unlike anything"
