"""The messages between the window's process and an engine: one frozen request a job, and the answers to it.

A job is one request; the engine answers with any number of `Reported`, then exactly one of `Succeeded`, `Failed` and
`JobCancelled`. Only frozen plain values cross between processes and threads, and never a tensor, model, widget or open
file: a message cannot change after it was sent, and its receiver needs no TensorFlow to read it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar

from tlgui.errors import EngineError, TlguiError
from tlgui.learning.learning_curve import LearningCurve
from tlgui.learning.recipes.recipe import Augmentation, Recipe
from tlgui.learning.results import (
    CostEstimate,
    Evaluation,
    Explanation,
    ExportResult,
    ModelSummary,
    PredictionSummary,
    PreviewImage,
)
from tlgui.learning.trust import PhotoJudgement
from tlgui.photos.collection import Collection, Part
from tlgui.progress import Event, JobContext

ResultT = TypeVar("ResultT")
ResultT_co = TypeVar("ResultT_co", covariant=True)


JOBS = "tlgui.engine.jobs"
"""The module with the jobs that need TensorFlow; tests of an engine's process replace it."""
LIGHT_JOBS = "tlgui.engine.light_jobs"
"""The module with the jobs that ONNX Runtime alone can do."""


class Request(Generic[ResultT_co]):
    """One job for the engine; the type parameter is the type of its result.

    Attributes:
        is_background: Whether the program, and not the user, causes it.
        is_light: Whether ONNX Runtime alone can answer it, where the model file carries an ONNX network.
        is_aside: Whether the light engine answers it between two photos of the job under way, instead of after it.
    """

    is_background: ClassVar[bool] = False
    is_light: ClassVar[bool] = False
    is_aside: ClassVar[bool] = False


@dataclass(frozen=True)
class TrainRequest(Request[ModelSummary]):
    """Train `recipe` on `collection` and write the model to `model_path`.

    A stop after the first epoch succeeds with the best epoch so far; before that it cancels. Where the disk refuses the
    model, the job fails with an `UnsavedModelError`, and a `SaveTrainedRequest` can write it.

    Args:
        collection: The photos.
        recipe: Every setting.
        model_path: The `.tlmodel` to write.
        run_folder: The folder for checkpoints, from which the training can be resumed; None for no checkpoints.
        start_from: The `.tlmodel` whose weights are the initial ones; None for new ones.
        resume: Whether to resume from the checkpoint in `run_folder`.
    """

    collection: Collection
    recipe: Recipe
    model_path: Path
    run_folder: Path | None = None
    start_from: Path | None = None
    resume: bool = False


@dataclass(frozen=True)
class SaveTrainedRequest(Request[ModelSummary]):
    """Write the model of a training that ended with an `UnsavedModelError`, without training again.

    The engine keeps the network until another training ends so; without it, the last checkpoint is used.

    Args:
        training: The request of the training.
        target: The `.tlmodel` to write.
    """

    training: TrainRequest
    target: Path


@dataclass(frozen=True)
class EstimateRequest(Request[CostEstimate]):
    """Estimate the cost of training `recipe` on `collection` from two timed batches; downloads nothing."""

    is_background: ClassVar[bool] = True

    collection: Collection
    recipe: Recipe


@dataclass(frozen=True)
class OpenModelRequest(Request[ModelSummary]):
    """Check a `.tlmodel`, load and warm it, and return the facts in it."""

    is_light: ClassVar[bool] = True

    model_path: Path


@dataclass(frozen=True)
class WarmModelRequest(OpenModelRequest):
    """The same, before anybody needs the model."""

    is_background: ClassVar[bool] = True


@dataclass(frozen=True)
class PredictRequest(Request[PredictionSummary]):
    """Predict the classes of photos; reports `PhotosPredicted` in order.

    Args:
        model_path: The `.tlmodel`.
        paths: Photos, and folders that are searched for photos.
        top: The number of classes to return for each photo.
        uses_kept: Whether predictions that were kept are taken, by the photos' content and the model's, instead of
            running the network again.
        is_kept_only: Whether photos without a kept prediction are left out.
    """

    is_light: ClassVar[bool] = True

    model_path: Path
    paths: tuple[Path, ...]
    top: int = 3
    uses_kept: bool = False
    is_kept_only: bool = False


@dataclass(frozen=True)
class ExplainRequest(Request[Explanation]):
    """Show where in a photo a model looks.

    Args:
        model_path: The `.tlmodel`.
        photo: The photo.
        class_name: The class that is looked for; None for the most probable one.
    """

    is_background: ClassVar[bool] = True
    is_light: ClassVar[bool] = True
    is_aside: ClassVar[bool] = True

    model_path: Path
    photo: Path
    class_name: str | None = None


@dataclass(frozen=True)
class LooksRequest(Request[tuple[bytes, ...]]):
    """Say what photos look like to a model, so that the most alike are found by `learning.looks`.

    The result is one look for each photo, in order: a unit vector of little-endian float16, as of `Prediction`; empty
    where the photo cannot be read or the model file does not tell. Looks of photos that were predicted are kept; others
    take as long as a prediction. An engine runs one job at a time, and this one would keep the user waiting: ask for at
    most 64 photos at once, and for the next ones when these came.

    Args:
        model_path: The `.tlmodel`.
        paths: Photos; folders are not searched.
    """

    is_background: ClassVar[bool] = True
    is_light: ClassVar[bool] = True

    model_path: Path
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class EvaluateRequest(Request[Evaluation]):
    """Evaluate a model on a collection.

    Args:
        model_path: The `.tlmodel`.
        collection: Its classes must be among the model's.
        part: The part of the split by the model's recipe; None for all photos.
    """

    is_light: ClassVar[bool] = True

    model_path: Path
    collection: Collection
    part: Part | None = None


@dataclass(frozen=True)
class JudgeRequest(Request[tuple[PhotoJudgement, ...]]):
    """Judge each photo of a collection by a head that was trained without it.

    Args:
        collection: The photos.
        recipe: Its frozen backbone and its head are used; nothing is fine-tuned.
    """

    collection: Collection
    recipe: Recipe


@dataclass(frozen=True)
class LearningCurveRequest(Request[LearningCurve | None]):
    """Measure what more photos would help: heads are trained on parts of the photos, and judged on others.

    None where the recipe has no pretrained backbone, or the photos are too few.

    Args:
        collection: The photos.
        recipe: As for `JudgeRequest`.
        epochs: The epochs to train each head: those after which the head of the model was kept.
        run_folder: Where the curve is stored, see `learning.runs.learning_curve`; None stores nothing.
    """

    is_background: ClassVar[bool] = True

    collection: Collection
    recipe: Recipe
    epochs: int
    run_folder: Path | None = None


@dataclass(frozen=True)
class PreviewRequest(Request[tuple[PreviewImage, ...]]):
    """Augment pictures: one for each path, in order."""

    is_background: ClassVar[bool] = True

    paths: tuple[Path, ...]
    augmentation: Augmentation
    size: int
    seed: int = 1


@dataclass(frozen=True)
class ExportRequest(Request[ExportResult]):
    """Write a model in another format, reload it in its own runtime and compare.

    Args:
        model_path: The `.tlmodel`.
        format_id: `"keras"`, `"savedmodel"`, `"tflite"`, `"tflite-float16"` or `"onnx"`.
        target: The file or folder to write.
        photos: Photos to compare on; drawn pictures are added where there are fewer than 16.
        with_distance: Whether the export gets a second output, the distance to the training photos.
    """

    model_path: Path
    format_id: str
    target: Path
    photos: tuple[Path, ...] = ()
    with_distance: bool = False


@dataclass(frozen=True)
class Ready:
    """The engine has loaded its libraries; sent once, before the first job."""


@dataclass(frozen=True)
class Reported:
    """An event of the running job."""

    event: Event


@dataclass(frozen=True)
class Succeeded:
    """The job is done; `result` has the type that its request names."""

    result: object


@dataclass(frozen=True)
class Failed:
    """The job failed.

    Args:
        error: The error for the user.
        details: The traceback of a bug; empty where the user can change the reason.
    """

    error: TlguiError
    details: str = ""


@dataclass(frozen=True)
class JobCancelled:
    """The job was stopped."""


Outcome = Succeeded | Failed | JobCancelled


@dataclass(frozen=True)
class Aside:
    """A request that is to be answered during another job, see `Request.is_aside`.

    Args:
        number: Tells its answer apart from others.
        request: The request.
    """

    number: int
    request: Request[object]


@dataclass(frozen=True)
class AsideAnswered:
    """The outcome of an `Aside`."""

    number: int
    outcome: Outcome


Answer = Ready | Reported | Outcome | AsideAnswered


class BugError(TlguiError):
    """A bug in tlgui; `details` is its traceback."""

    def __init__(self, message: str, details: str) -> None:
        super().__init__(message, "Please report this with the details.")
        self.args = (message, details)
        self.details = details


class NoOnnxNetworkError(EngineError):
    """The model file carries no ONNX network, so that only an engine with TensorFlow can answer; never shown."""


class Jobs(Protocol):
    """The interface of a module with jobs."""

    def perform(self, request: Request[ResultT], context: JobContext) -> ResultT:
        """Run one job and return its result."""

    def get_ready_after(self, result: object) -> None:
        """Prepare what the next job will probably need, after the result was sent."""


class Engine(ABC):
    """The interface that runs jobs: implemented by the engine processes, and by a fake in tests."""

    @abstractmethod
    def start(self) -> None:
        """Begin to load in the background; returns immediately."""

    @abstractmethod
    def wait_until_ready(self, context: JobContext) -> None:
        """Block until the engine is loaded, started where it was not, and no job of it is under way.

        Args:
            context: See `run`; receives no events.

        Raises:
            Cancelled: The checkpoint raised it, or the engine is closed.
            EngineError: The process could not be started, or died.
        """

    @abstractmethod
    def run(self, request: Request[ResultT], context: JobContext) -> ResultT:
        """Run one job; blocks until it has ended. Jobs from several threads run one after another.

        Args:
            request: The job.
            context: Receives the events; when its checkpoint raises `Cancelled`, the job is stopped.

        Returns:
            The result that the request's type names.

        Raises:
            Cancelled: The job was stopped without a result.
            EngineError: The process died, or was replaced because the job did not stop.
            TlguiError: The job failed for a reason that the user can change, or as a `BugError`.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop the running job and end the process."""
