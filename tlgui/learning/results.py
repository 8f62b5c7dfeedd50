"""What training, evaluation and prediction leave behind, as plain frozen values that need no TensorFlow to read."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tlgui.learning.recipes.recipe import Recipe
from tlgui.photos.collection import Part
from tlgui.progress import EpochEnded, Event


class StopReason(StrEnum):
    """Why a training ended."""

    COMPLETED = "completed"
    TARGET_REACHED = "target reached"
    NO_LONGER_IMPROVING = "no longer improving"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Interval:
    """A range that holds the true value with 95 % confidence, both ends 0..1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClassResult:
    """How one class fared.

    Args:
        name: The class.
        photo_count: Its photos in the evaluated part.
        recall: Share of its photos that were recognised, 0..1; 0 without photos.
        precision: Share of the photos given this name that deserve it, 0..1; 0 where none was given it.
    """

    name: str
    photo_count: int
    recall: float
    precision: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a model does on photos it did not learn from.

    Args:
        part: The part of the split that was evaluated; None for all photos.
        photo_count: Photos evaluated.
        accuracy: Share of photos named rightly, 0..1.
        interval: Where the accuracy on other such photos lies, by Wilson's score interval at 95 %.
        loss: Mean cross-entropy, in nats.
        classes: One result a class, in output order.
        confusion: Rows are true classes, columns predicted ones, entries are photo counts; in output order.
    """

    part: Part | None
    photo_count: int
    accuracy: float
    interval: Interval
    loss: float
    classes: tuple[ClassResult, ...]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """What a `.tlmodel` file says of itself.

    Args:
        path: Where the file lies.
        class_names: The labels in output order.
        backbone: The backbone's id, such as `"efficientnet-lite0"`.
        input_size: Side of the square input, in pixels.
        recipe: The recipe it was trained with.
        created: When, as an ISO 8601 time with its offset.
        photo_count: Photos it learned from.
        evaluation: How it did on its validation photos, or None where there were none.
        history: The epochs of its training.
        seconds: How long the training took.
        stop_reason: Why the training ended.
        versions: The libraries it was made with, by name.
        device: What it was trained on, such as `"2 processor cores"`; empty where an older tlgui did not say.
    """

    path: Path
    class_names: tuple[str, ...]
    backbone: str
    input_size: int
    recipe: Recipe
    created: str
    photo_count: int
    evaluation: Evaluation | None
    history: tuple[EpochEnded, ...]
    seconds: float
    stop_reason: StopReason
    versions: tuple[tuple[str, str], ...]
    device: str = ""


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What a training will take, measured on a few photos before it starts.

    Args:
        seconds: How long, from Start to the model.
        memory_bytes: The most memory the engine will use.
        device: What it will run on, such as `"2 processor cores"`.
        cached_share: Share of the photos whose features are known already, 0..1.
        download_bytes: What must be downloaded first; 0 for nothing.
        free_bytes: The most memory the engine can have: what is free, and what it holds already; 0 where nobody knows.
    """

    seconds: float
    memory_bytes: int
    device: str
    cached_share: float = 0.0
    download_bytes: int = 0
    free_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class and the probability the model gives it, 0..1."""

    class_name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one photo.

    Args:
        path: The photo.
        scores: The best classes, best first; empty where the photo could not be read.
        error: Why it could not be read, in plain words; empty where it could.
    """

    path: Path
    scores: tuple[ClassScore, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class PhotosPredicted(Event):
    """Some more photos were predicted, in the order they were asked for."""

    predictions: tuple[Prediction, ...]


@dataclass(frozen=True, slots=True)
class UnreadablePhoto:
    """A photo that a job could not read.

    Args:
        path: The photo.
        reason: Why, as a sentence of its own.
    """

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class PhotosUnreadable(Event):
    """A job came upon photos of its collection that cannot be read, and goes on without them; each is told once."""

    photos: tuple[UnreadablePhoto, ...]


@dataclass(frozen=True, slots=True)
class PredictionSummary:
    """The end of a prediction job.

    Args:
        photo_count: Photos that were named.
        error_count: Files that could not be read.
        seconds: How long it took.
    """

    photo_count: int
    error_count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PreviewImage:
    """An upright RGB picture as plain bytes: `height` rows of `width` pixels of 3 bytes."""

    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class ExportResult:
    """An export that was written, loaded again in its own runtime, and agrees with the model.

    Args:
        path: The file or folder.
        format_id: The format's id, such as `"tflite"`.
        size_bytes: Its size, all files together.
        largest_difference: The largest difference between two probabilities, on all compared pictures.
        compared_count: Pictures compared.
        used_drawn_pictures: Whether drawn pictures stood in for photos, because no collection was at hand.
    """

    path: Path
    format_id: str
    size_bytes: int
    largest_difference: float
    compared_count: int
    used_drawn_pictures: bool
