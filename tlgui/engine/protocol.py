"""What crosses the process boundary: one frozen request a job, and the four answers to it.

A job is one request; the engine answers with any number of `Reported`, then exactly one of `Succeeded`, `Failed` and
`JobCancelled`. Only plain values cross: no tensor, model, widget or open file.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from tlgui.errors import TlguiError
from tlgui.learning.recipes.recipe import Augmentation, Recipe
from tlgui.learning.results import CostEstimate, Evaluation, ExportResult, ModelSummary, PredictionSummary, PreviewImage
from tlgui.photos.collection import Collection, Part
from tlgui.progress import Event, JobContext

ResultT = TypeVar("ResultT")
ResultT_co = TypeVar("ResultT_co", covariant=True)


class Request(Generic[ResultT_co]):
    """One job for the engine; the type parameter is what it returns when it succeeds.

    Attributes:
        is_background: Whether the program asks for it by itself, and not the user.
    """

    is_background: ClassVar[bool] = False


@dataclass(frozen=True)
class TrainRequest(Request[ModelSummary]):
    """Train `recipe` on `collection` and write the model to `model_path`.

    Stop after the first epoch succeeds with the best epoch so far; before that it cancels. Where the disk refuses the
    model in the end, it fails with an `UnsavedModelError`, and a `SaveTrainedRequest` can write it.

    Args:
        collection: The photos.
        recipe: Every setting.
        model_path: The `.tlmodel` to write.
        run_folder: Where each epoch leaves what is needed to go on after a kill; None leaves nothing.
        start_from: A `.tlmodel` whose weights are the first ones; None begins anew.
        resume: Go on where `run_folder` says that a killed training was.
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

    The engine still has the network, until another training ends so; else it is made of what the last epoch left.

    Args:
        training: The training, as it was asked for.
        target: The `.tlmodel` to write.
    """

    training: TrainRequest
    target: Path


@dataclass(frozen=True)
class EstimateRequest(Request[CostEstimate]):
    """Say what training `recipe` on `collection` will take, from two batches timed now; downloads nothing."""

    is_background: ClassVar[bool] = True

    collection: Collection
    recipe: Recipe


@dataclass(frozen=True)
class OpenModelRequest(Request[ModelSummary]):
    """Check a `.tlmodel`, load it so that it is warm, and say what it holds."""

    model_path: Path


@dataclass(frozen=True)
class PredictRequest(Request[PredictionSummary]):
    """Name photos; reports `PhotosPredicted` in order.

    Args:
        model_path: The `.tlmodel`.
        paths: Photos, and folders that are searched for photos.
        top: How many classes to return for each.
    """

    model_path: Path
    paths: tuple[Path, ...]
    top: int = 3


@dataclass(frozen=True)
class EvaluateRequest(Request[Evaluation]):
    """Judge a model on a collection.

    Args:
        model_path: The `.tlmodel`.
        collection: Its classes must be among the model's.
        part: Which part of the split the model's recipe makes of it; None for all photos.
    """

    model_path: Path
    collection: Collection
    part: Part | None = None


@dataclass(frozen=True)
class PreviewRequest(Request[tuple[PreviewImage, ...]]):
    """Show what an augmentation does: one changed picture for each path, in order."""

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
        photos: Photos to compare on; the engine fills up with drawn pictures to at least 16.
    """

    model_path: Path
    format_id: str
    target: Path
    photos: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Ready:
    """The engine has loaded TensorFlow and waits for its first job; sent once."""


@dataclass(frozen=True)
class Reported:
    """The running job says how far it is."""

    event: Event


@dataclass(frozen=True)
class Succeeded:
    """The job is done; `result` is what its request promises."""

    result: object


@dataclass(frozen=True)
class Failed:
    """The job could not be done.

    Args:
        error: What to tell the user.
        details: The traceback where it is a bug, empty where the user can mend it.
    """

    error: TlguiError
    details: str = ""


@dataclass(frozen=True)
class JobCancelled:
    """The job stopped because it was asked to."""


Outcome = Succeeded | Failed | JobCancelled
Answer = Ready | Reported | Outcome


class BugError(TlguiError):
    """Something went wrong inside tlgui; `details` is for whoever mends it."""

    def __init__(self, message: str, details: str) -> None:
        super().__init__(message, "Please report this with the details.")
        self.args = (message, details)
        self.details = details


class Engine(ABC):
    """What runs jobs: the engine process, or a fake in tests."""

    @abstractmethod
    def start(self) -> None:
        """Begin to load in the background; returns at once."""

    @abstractmethod
    def run(self, request: Request[ResultT], context: JobContext) -> ResultT:
        """Run one job and return its result; blocks, so call it from a worker thread, one job at a time.

        Events go to `context.report`; when `context.checkpoint` raises `Cancelled`, the job is asked to stop.

        Raises:
            Cancelled: The job was stopped and left nothing to use.
            EngineError: The process died, or had to be replaced because it would not stop.
            TlguiError: The job failed in a way the user can mend, or a `BugError`.
        """

    @abstractmethod
    def close(self) -> None:
        """End the process, whatever it is doing; nothing is left behind."""
