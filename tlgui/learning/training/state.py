"""What a training has so far, over all its phases: its epochs, the epoch that is kept, and why it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from tlgui.learning.data.batch import FloatArray, Labels
from tlgui.learning.results import StopReason
from tlgui.progress import EpochEnded


@dataclass(frozen=True, slots=True)
class KeptEpoch:
    """The epoch that is kept.

    Args:
        weights: Of all that is trained.
        probabilities: Its outputs for the validation examples, shape (examples, classes).
        labels: Their labels, shape (examples,).
    """

    weights: Sequence[NDArray[Any]]
    probabilities: FloatArray
    labels: Labels


@dataclass
class TrainingState:
    """Filled by the callbacks of each phase.

    Args:
        epochs: The complete epochs of all phases.
        kept: The epoch that is kept; None before an epoch is complete.
        reason: Why the last phase ended.
    """

    epochs: list[EpochEnded] = field(default_factory=list)
    kept: KeptEpoch | None = None
    reason: StopReason = StopReason.COMPLETED

    @property
    def best(self) -> EpochEnded | None:
        """The best epoch so far, whatever phase it was in."""
        return next((ended for ended in reversed(self.epochs) if ended.is_best), None)

    @property
    def is_fine_tuning(self) -> bool:
        """Whether the last complete epoch trained the backbone after the head."""
        return bool(self.epochs) and self.epochs[-1].is_fine_tuning

    def epochs_before(self, *, is_fine_tuning: bool) -> int:
        """Return how many epochs the other phases took."""
        return sum(ended.is_fine_tuning != is_fine_tuning for ended in self.epochs)
