"""The state of a training over all its phases: complete epochs, the kept epoch, and why it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.results import StopReason
from tlgui.progress import EpochEnded


@dataclass(frozen=True, slots=True)
class KeptEpoch:
    """The epoch whose weights the model will have.

    Args:
        weights: The weights of the trained layers.
        probabilities: Outputs for the validation examples, shape (examples, classes).
        labels: Class indices of the validation examples, shape (examples,).
    """

    weights: Sequence[NDArray[Any]]
    probabilities: FloatArray
    labels: Labels


@dataclass
class TrainingState:
    """The state that the callbacks of each phase update.

    Args:
        epochs: The complete epochs of all phases.
        kept: The kept epoch; None until an epoch is complete.
        reason: Why the last phase ended.
    """

    epochs: list[EpochEnded] = field(default_factory=list)
    kept: KeptEpoch | None = None
    reason: StopReason = StopReason.COMPLETED

    @property
    def best(self) -> EpochEnded | None:
        """The best epoch of all phases so far; None until an epoch is complete."""
        return next((ended for ended in reversed(self.epochs) if ended.is_best), None)

    @property
    def is_fine_tuning(self) -> bool:
        """Whether the last complete epoch trained the backbone after the head."""
        return bool(self.epochs) and self.epochs[-1].is_fine_tuning

    def epochs_before(self, *, is_fine_tuning: bool) -> int:
        """Return the number of complete epochs of the other phases.

        Args:
            is_fine_tuning: Whether this is the phase that trains the backbone after the head.
        """
        return sum(ended.is_fine_tuning != is_fine_tuning for ended in self.epochs)
