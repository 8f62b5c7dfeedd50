"""The values of a health report: findings, each with its files and the mending that its button offers."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class FindingKind(StrEnum):
    """What is wrong, in the order of the report."""

    ROOT_PHOTOS = "photos beside the classes"
    WITHOUT_CLASS = "photos without a class"
    SIMILAR_NAMES = "class names alike"
    EMPTY_CLASSES = "classes without photos"
    DAMAGED = "damaged"
    UNREADABLE = "cannot be read"
    TINY = "tiny pictures"
    OTHER_FILES = "other files"
    OTHER_CLASS = "more like another class"
    TWO_LABELS = "same picture in two classes"
    LEAKS = "same picture in two parts"
    COPIES = "copies"
    NEAR_COPIES = "near copies"
    WRONG_SUFFIX = "wrong suffix"
    SMALL = "small"
    DARK = "dark"
    BLURRED = "blurred"
    ONE_COLOUR = "one colour"
    PARTIAL_RANGE = "part of the range"
    FEW_PHOTOS = "few photos"
    UNEQUAL_CLASSES = "unequal classes"
    FUTURE_DATES = "dates in the future"
    NESTED_FOLDERS = "folders inside classes"
    FOR_PREDICTION = "for prediction"
    LINKED_CLASSES = "linked folders"
    LEFT_OUT = "left out by you"


class Severity(StrEnum):
    """How much a finding matters."""

    HARM = "harm"  # it makes the model or its accuracy wrong
    DOUBT = "doubt"  # worth a look
    NOTE = "note"  # good to know


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Mend by not using these photos; the files stay as they are."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class UseAgain:
    """Mend by using photos again that were left out."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class MoveInto:
    """Mend by moving photos into the folder of a class.

    Args:
        moves: Each file and its target folder. A name that exists there gets a number.
    """

    moves: tuple[tuple[Path, Path], ...]


@dataclass(frozen=True, slots=True)
class MoveToBin:
    """Mend by moving files to the system's bin."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class CopyInto:
    """Mend by copying photos into folders; the photos themselves stay as they are.

    Args:
        copies: Each file, and the folder its copy is made in. A name that is taken there gets a number.
    """

    copies: tuple[tuple[Path, Path], ...]


@dataclass(frozen=True, slots=True)
class AddInto:
    """Add photos from outside the collection: as copies in the folder of a class.

    Args:
        copies: Each file, and the folder its copy is made in. A name that is taken there gets a number.
        refused: What is not added, and why.
    """

    copies: tuple[tuple[Path, Path], ...]
    refused: tuple[tuple[Path, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmClass:
    """Answer a doubt: the class of these photos is right; nothing is changed, and they are not doubted again."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ShowAs:
    """Show a class under another name than that of its folders.

    Args:
        folder_names: The folders' names, as `shown_name` returns them.
        shown: The name; an empty one for the folders' own.
    """

    folder_names: tuple[str, ...]
    shown: str


@dataclass(frozen=True, slots=True)
class RemoveFolders:
    """Remove empty folders; one that is not empty stays."""

    folders: tuple[Path, ...]


SingleMending = LeaveOut | UseAgain | MoveInto | MoveToBin | CopyInto | AddInto | RemoveFolders | ConfirmClass | ShowAs


@dataclass(frozen=True, slots=True)
class Together:
    """Several mendings, done in order and undone as one.

    Args:
        mendings: The mendings; the last one gives the whole its words.
        note: A sentence about the others, for the screen.
    """

    mendings: tuple[SingleMending, ...]
    note: str


Mending = SingleMending | Together


@dataclass(frozen=True, slots=True)
class Finding:
    """One entry of the report.

    Args:
        kind: What is wrong.
        severity: How much it matters.
        title: One line with the number, such as "14 photos stand in two classes".
        explanation: One or two sentences: why it matters, and what to do.
        groups: The files: copies of one picture are one group, other files a group each.
        mending: What the button does; None, the default, where only the user can mend it, by adding photos for example.
        button: The button's text with its mnemonic; empty without one.
    """

    kind: FindingKind
    severity: Severity
    title: str
    explanation: str
    groups: tuple[tuple[Path, ...], ...]
    mending: Mending | None = None
    button: str = ""

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files, group by group."""
        return tuple(path for group in self.groups for path in group)

    @property
    def file_count(self) -> int:
        """How many files there are."""
        return sum(map(len, self.groups))


@dataclass(frozen=True, slots=True)
class Report:
    """The result of `report_on`.

    Args:
        findings: The entries, the most severe first.
        looked_at: Number of photos with a closer look.
        photo_count: Number of photos; while `looked_at` is less, duplicates and blurred photos may be missing.
    """

    findings: tuple[Finding, ...] = ()
    looked_at: int = 0
    photo_count: int = 0
