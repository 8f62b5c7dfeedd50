"""Photos that a page asks the Photos page to show, with what a model said of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PhotoNote:
    """What a model said of one photo.

    Args:
        class_name: The class that the photo had then.
        named: The class that the model named.
        probability: How sure the model was of `named`, 0..1.
    """

    class_name: str
    named: str
    probability: float

    @property
    def is_right(self) -> bool:
        """Whether the model named the class of the photo."""
        return self.named == self.class_name


@dataclass(frozen=True, slots=True)
class PhotoSelection:
    """Photos to be shown together.

    Args:
        title: What they are, such as “8 photos of “robin” that it called “wren””.
        paths: The photos, in the order in which they are shown.
        notes: What a model said of each; may lack some.
        missing: Photos that would be among them, but are in another class or gone.
        current: The photo to begin with; None for the first.
        origin: The name of the page to go back to.
    """

    title: str
    paths: tuple[Path, ...]
    notes: Mapping[Path, PhotoNote] = field(default_factory=dict)
    missing: int = 0
    current: Path | None = None
    origin: str = "Results"

    def remark(self, gone: int = 0) -> str:
        """Return a sentence about photos that are missing; empty where none is.

        Args:
            gone: How many of `paths` have been moved or gone since the photos were asked for.
        """
        missing, total = self.missing + gone, self.missing + len(self.paths)
        if not missing:
            return ""
        if missing == total:
            return "They were moved to another class since, or are no longer there."
        which = "One of them was" if missing == 1 else f"{missing:,} of them were"
        return f"{which} moved to another class since, or {'is' if missing == 1 else 'are'} no longer there."
