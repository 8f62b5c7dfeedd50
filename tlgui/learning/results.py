"""Results of training, evaluation, prediction and export: plain frozen values, which need no TensorFlow."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from statistics import fmean

from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.trust import Caution, Trust, TrustCheck, Verdict, verdict
from tlgui.photos.collection import Part
from tlgui.progress import EpochEnded, Event

# From a minority of less than 40 % of two classes on, a data set counts as imbalanced.
_UNEQUAL = 1.5


class StopReason(StrEnum):
    """Why a training ended."""

    COMPLETED = "completed"
    TARGET_REACHED = "target reached"
    NO_LONGER_IMPROVING = "no longer improving"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval of a share, both ends 0..1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClassResult:
    """The result of one class.

    Args:
        name: The class.
        photo_count: Its photos in the evaluated part.
        recall: Share of its photos that were predicted as this class, 0..1; None without photos.
        precision: Share of this class among the photos predicted as it, 0..1; None where none was.
    """

    name: str
    photo_count: int
    recall: float | None
    precision: float | None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The accuracy of always predicting the largest class, the no-information rate.

    A model beats it when the confidence interval of the model's accuracy lies above it. Source of the rate, and of
    testing the accuracy against it: M. Kuhn, "Building predictive models in R using the caret package", Journal of
    Statistical Software 28 (2008), issue 5, `confusionMatrix`. The test there is a binomial one; here it is the
    interval that is shown beside the accuracy, so that the statement follows from the numbers that the user sees.

    Args:
        class_name: The class with the most photos in the evaluated part.
        accuracy: Its share of these photos, 0..1.
        is_beaten: Whether the model is better.
    """

    class_name: str
    accuracy: float
    is_beaten: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The metrics of a model on photos it was not trained on.

    Args:
        part: The part of the split that was evaluated; None for all photos.
        photo_count: Photos evaluated.
        accuracy: Share of photos whose class was predicted, 0..1.
        interval: The 95 % confidence interval of the accuracy, by Wilson's score method.
        loss: Mean cross-entropy, in nats.
        classes: One result a class, in output order.
        confusion: Rows are true classes, columns predicted ones, entries are photo counts; in output order.
        is_out_of_fold: Whether each photo was judged by a head that was trained without it, and not by the model
            itself; `part` is None then.

        trust: How far the answers can be trusted on these photos; None where it was not measured.

    Attributes:
        balanced_accuracy: The mean recall of the classes with photos, 0..1: each class has the same weight. Source:
            K. H. Brodersen et al., "The balanced accuracy and its posterior distribution", ICPR 2010, 3121-3124.
        baseline: What always predicting the largest class reaches; None with photos of fewer than two classes.
    """

    part: Part | None
    photo_count: int
    accuracy: float
    interval: Interval
    loss: float
    classes: tuple[ClassResult, ...]
    confusion: tuple[tuple[int, ...], ...]
    is_out_of_fold: bool = False
    balanced_accuracy: float = field(init=False)
    baseline: Baseline | None = field(init=False)
    trust: TrustCheck | None = None

    def __post_init__(self) -> None:
        """Derive the attributes from the results of the classes."""
        recalls = [result.recall for result in self.classes if result.recall is not None]
        object.__setattr__(self, "balanced_accuracy", fmean(recalls) if recalls else self.accuracy)
        object.__setattr__(self, "baseline", self._baseline())

    @property
    def is_unequal(self) -> bool:
        """Whether the largest class has more than 1.5 times the photos of the smallest; classes without are ignored.

        Of two classes, the smaller then has less than 40 % of the photos, which Google's machine learning crash course
        calls imbalanced data.
        """
        counts = [result.photo_count for result in self.classes if result.photo_count]
        return bool(counts) and max(counts) > _UNEQUAL * min(counts)

    def _baseline(self) -> Baseline | None:
        judged = [result for result in self.classes if result.photo_count]
        if len(judged) < 2:
            return None
        largest = max(judged, key=lambda result: result.photo_count)
        share = largest.photo_count / sum(result.photo_count for result in judged)
        return Baseline(largest.name, share, is_beaten=self.interval.low > share)


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """How often two models are right on the same photos.

    Args:
        photo_count: The photos that both were evaluated on.
        new_right: How many of them the new model names rightly.
        used_right: How many of them the model in use names rightly.
    """

    photo_count: int
    new_right: int
    used_right: int

    @property
    def is_better(self) -> bool:
        """Whether the new model is right on more photos than the one in use."""
        return self.new_right > self.used_right


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """The facts in a `.tlmodel` file.

    Args:
        path: The file.
        class_names: The labels in output order.
        backbone: The backbone's id, such as `"efficientnet-lite0"`.
        input_size: Side of the square input, in pixels.
        recipe: The recipe it was trained with.
        created: When it was trained, as an ISO 8601 time with its offset.
        photo_count: Photos it was trained on.
        evaluation: The metrics on the cleanest photos there are: the test photos, else all photos out of fold, else the
            validation photos; None where there were none.
        history: The epochs of its training.
        seconds: Duration of the training.
        stop_reason: Why the training ended.
        versions: Names and versions of the libraries it was made with.
        device: The device it was trained on, such as `"2 processor cores"`; empty in files of version 1.
        more_evaluations: The metrics on the other parts, cleanest first; none in files before version 4.
        trust: How far its answers can be trusted; None in files before version 4, and with too few photos.
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
    more_evaluations: tuple[Evaluation, ...] = ()
    trust: Trust | None = None

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """The metrics on all parts, cleanest first."""
        return () if self.evaluation is None else (self.evaluation, *self.more_evaluations)

    @property
    def evaluation_of_trust(self) -> Evaluation | None:
        """The metrics on the photos that `trust` was measured on; None where these are not known."""
        if self.trust is None:
            return None
        is_out_of_fold, part = self.trust.is_out_of_fold, None if self.trust.is_out_of_fold else Part.VALIDATION
        return next(
            (each for each in self.evaluations if each.is_out_of_fold == is_out_of_fold and each.part is part), None
        )

    def evaluation_on(self, part: Part | None) -> Evaluation | None:
        """Return the metrics on a part; None for all photos out of fold, or where it was not evaluated."""
        return next((each for each in self.evaluations if each.part is part), None)


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """The cost of a training, measured on a few photos before it starts.

    Args:
        seconds: Duration from start to model.
        memory_bytes: The most memory the engine will use.
        device: The device it will run on, such as `"2 processor cores"`.
        cached_share: Share of the photos whose features are cached, 0..1.
        download_bytes: Bytes that must be downloaded first; 0 for none.
        free_bytes: The most memory the engine can have: free memory, and what it holds already; 0 where unknown.
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
    """The prediction for one photo.

    Args:
        path: The photo.
        scores: The most probable classes, most probable first; empty where the photo could not be read.
        error: Why it could not be read; empty where it could.
        distance: Cosine distance to the k-th nearest training photo, 0..2; None where the model file does not tell.
        digest: SHA-256 of its bytes, 32 bytes; empty where unknown.
        look: What it looks like to the model, a unit vector of little-endian float16; empty where the model file does
            not tell. Vectors of one model can be compared.
        time: When it was taken, by its camera's clock read as UTC, or else when its file was changed, in seconds since
            1970; None where unknown.
    """

    path: Path
    scores: tuple[ClassScore, ...] = ()
    error: str = ""
    distance: float | None = None
    digest: bytes = b""
    look: bytes = b""
    time: float | None = None


def prediction_verdict(prediction: Prediction, model: ModelSummary, caution: Caution) -> Verdict:
    """Return what becomes of a prediction; a photo that could not be read counts as named.

    Args:
        prediction: The prediction.
        model: The model that made it.
        caution: What the user chose.
    """
    if not prediction.scores:
        return Verdict.NAMED
    best = prediction.scores[0]
    return verdict(best.class_name, best.probability, prediction.distance, model.trust, model.class_names, caution)


@dataclass(frozen=True, slots=True)
class PhotosPredicted(Event):
    """More photos were predicted, in the order of the request."""

    predictions: tuple[Prediction, ...]


@dataclass(frozen=True, slots=True)
class UnreadablePhoto:
    """A photo that a job could not read.

    Args:
        path: The photo.
        reason: Why, as a whole sentence.
    """

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class PhotosUnreadable(Event):
    """A job found photos of its collection that cannot be read and goes on without them; each is reported once."""

    photos: tuple[UnreadablePhoto, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where in a photo a model found what speaks for a class: a grid over the whole photo.

    Args:
        path: The photo.
        class_name: The class.
        probability: What the model gives it, 0..1.
        height: Rows of the grid.
        width: Columns of the grid.
        values: How much each place speaks for the class, 0..1, row by row from the top left; 1 is the place that says
            most. All 0 where none does.
    """

    path: Path
    class_name: str
    probability: float
    height: int
    width: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class MistakenPhoto:
    """A photo that an evaluated model named wrongly.

    Args:
        path: The photo.
        class_name: What it is.
        named: What it was called.
        probability: How sure the model was, 0..1.
    """

    path: Path
    class_name: str
    named: str
    probability: float


@dataclass(frozen=True, slots=True)
class PhotosMistaken(Event):
    """An evaluation found photos that were named wrongly; each is reported once."""

    photos: tuple[MistakenPhoto, ...]


@dataclass(frozen=True, slots=True)
class PredictionSummary:
    """The end of a prediction job.

    Args:
        photo_count: Photos that were predicted.
        error_count: Files that could not be read.
        seconds: Duration of the job.
        left_out_count: Photos without a kept prediction, where only photos with one were wanted.
        left_out: The first of these.
    """

    photo_count: int
    error_count: int
    seconds: float
    left_out_count: int = 0
    left_out: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewImage:
    """An upright RGB picture as plain bytes: `height` rows of `width` pixels of 3 bytes."""

    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class ExportResult:
    """An export that was written, loaded again in its own runtime, and agrees with the model within its tolerance.

    Args:
        path: The file or folder.
        format_id: The format's id, such as `"tflite"`.
        size_bytes: Its size, all files together.
        largest_difference: The largest difference between two probabilities, or distances, on all compared pictures.
        compared_count: Pictures compared.
        used_drawn_pictures: Whether drawn pictures were compared too, because there were too few photos.
    """

    path: Path
    format_id: str
    size_bytes: int
    largest_difference: float
    compared_count: int
    used_drawn_pictures: bool
