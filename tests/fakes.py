"""An engine without TensorFlow: it obeys the same protocol tests as the real one, and does what a test scripts.

It reads real photos and writes real files, but learns nothing: a photo whose path holds a class's name gets that class.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

from typing_extensions import override

from tests.fake_models import write_model
from tests.fake_predictions import FakePredictions
from tests.fake_results import evaluation_of, explanation_for, photos_of, write_progress
from tests.gates import Gate
from tlgui import files
from tlgui.engine.protocol import (
    Engine,
    EstimateRequest,
    EvaluateRequest,
    ExplainRequest,
    ExportRequest,
    LearningCurveRequest,
    LooksRequest,
    OpenModelRequest,
    PredictRequest,
    PreviewRequest,
    Request,
    SaveTrainedRequest,
    TrainRequest,
    WarmModelRequest,
)
from tlgui.errors import Cancelled, EngineError, StorageError, TlguiError, UnsavedModelError
from tlgui.learning.learning_curve import LearningCurve
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.results import (
    CostEstimate,
    Evaluation,
    Explanation,
    ExportResult,
    ModelSummary,
    PhotosUnreadable,
    PredictionSummary,
    PreviewImage,
    StopReason,
    UnreadablePhoto,
)
from tlgui.learning.runs.progress import CHECKPOINT, read_progress
from tlgui.photos.collection import Part
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.scanning.unreadable import keep_refusals
from tlgui.progress import BatchEnded, EpochEnded, Event, JobContext, Progress, Stage

ResultT = TypeVar("ResultT")
RequestT = TypeVar("RequestT")

_POLL_SECONDS = 0.005
# As the real one, which reports and writes such things a few times a second, whatever their number.
_PHOTOS_BETWEEN_REPORTS = 5
_DETAILED_EPOCHS = 5


class FakeEngine(Engine):
    """Runs scripted jobs on the caller's thread.

    Attributes:
        requests: Every request it was given, in order.
        is_started: Whether `start` was called.
        is_closed: Whether `close` was called.
        batches: Batches in an epoch of a training.
        final_accuracy: The validation accuracy that a training reaches in its last epoch.
        export_difference: The largest difference an export finds.
        cost: What an estimate says of every recipe, or why there is none.
        unreadable: Photos that a training or an evaluation cannot read; as the real one does, a training keeps them
            from the next scan.
        evaluation: The result of every training and evaluation; None for one in which all classes fare alike.
        learning_curve: What a learning curve is measured to be; None where none can be.
        save_error: Why no model can be written now; None where it can.
        predictions: The photos that were predicted, and what was kept of them.
        full_folders: Folders on a full disk, to which no model can be written.
    """

    def __init__(self) -> None:
        self.requests: list[Request[Any]] = []
        self.is_started = False
        self.is_closed = False
        self.batches = 4
        self.final_accuracy = 0.9
        self.export_difference = 2e-7
        self.cost: CostEstimate | TlguiError = CostEstimate(
            seconds=120.0, memory_bytes=1_100_000_000, device="2 processor cores"
        )
        self.unreadable: list[Path] = []
        self.evaluation: Evaluation | None = None
        self.learning_curve: LearningCurve | None = None
        self.save_error: StorageError | None = None
        self.full_folders: set[Path] = set()
        self.predictions = FakePredictions()
        self._outcomes: list[float | Exception] = []
        self._unsaved: dict[Path, ModelSummary] = {}
        self._lock = threading.Lock()
        self._gates: list[Gate] = []
        self._next_error: Exception | None = None

    def pause_before(self, kind: type[Event], matches: Callable[[Any], bool] = lambda _event: True) -> Gate:
        """Make jobs wait before they report such an event.

        Args:
            kind: The event's class, such as `EpochEnded`.
            matches: Which of them, such as `lambda event: event.epoch == 2`.
        """
        gate = Gate(lambda event: isinstance(event, kind) and matches(event))
        self._gates.append(gate)
        return gate

    def fail_next(self, error: Exception) -> None:
        """Make the next job report that it has begun, and then raise `error`."""
        self._next_error = error

    def train_next(self, *outcomes: float | Exception) -> None:
        """Let each of the next trainings reach a validation accuracy, or fail before its first epoch."""
        self._outcomes.extend(outcomes)

    def die_next(self) -> None:
        """Make the next job fail as it does when the engine's process is killed."""
        self.fail_next(
            EngineError(
                "The engine was ended by the system, probably because memory ran out.",
                "Close other programs, or use smaller batches or a smaller input size.",
            )
        )

    @override
    def start(self) -> None:
        self.is_started = True

    @override
    def wait_until_ready(self, context: JobContext) -> None:
        self._wait_for_turn(context)
        self._lock.release()

    @override
    def close(self) -> None:
        self.is_closed = True
        for gate in self._gates:
            gate.open()

    def last(self, kind: type[RequestT]) -> RequestT:
        """Return the last request of a kind; others may have come meanwhile from the background."""
        return [request for request in self.requests if isinstance(request, kind)][-1]

    @override
    def run(self, request: Request[ResultT], context: JobContext) -> ResultT:
        if not request.is_aside:
            self._wait_for_turn(context)
        try:
            self.requests.append(request)
            handler = _HANDLERS[type(request)]
            # These come and go by themselves: what a test scripts is meant for the job that it starts.
            can_fail = not isinstance(request, EstimateRequest | LearningCurveRequest | WarmModelRequest)
            return cast(ResultT, handler(self, request, self._scripted(context, can_fail=can_fail)))
        finally:
            if not request.is_aside:
                self._lock.release()

    def _wait_for_turn(self, context: JobContext) -> None:
        while not self._lock.acquire(timeout=_POLL_SECONDS):
            self._checkpoint(context)
        if self.is_closed:
            self._lock.release()
            raise Cancelled

    def _checkpoint(self, context: JobContext) -> None:
        if self.is_closed:
            raise Cancelled
        context.checkpoint()

    def _scripted(self, context: JobContext, *, can_fail: bool) -> JobContext:
        """Return a context that waits at the gates and, where it can, fails when it was told to."""

        def checkpoint() -> None:
            self._checkpoint(context)

        def report(event: Event) -> None:
            for gate in list(self._gates):
                gate.pass_through(event, checkpoint)
            context.report(event)
            if can_fail and self._next_error is not None:
                error, self._next_error = self._next_error, None
                raise error

        return JobContext(report, checkpoint)

    def _train(self, request: TrainRequest, context: JobContext) -> ModelSummary:
        recipe = request.recipe
        files.check_target(request.model_path)
        training = photos_of(request.collection, recipe, Part.TRAINING)
        validation = photos_of(request.collection, recipe, Part.VALIDATION)
        if request.start_from is not None:
            read_summary(request.start_from)
        outcome = self._outcomes.pop(0) if self._outcomes else self.final_accuracy
        history = list(read_progress(request.run_folder)) if request.resume and request.run_folder else []
        stop_reason = StopReason.COMPLETED
        try:
            for done in (*range(0, len(training), _PHOTOS_BETWEEN_REPORTS), len(training)):
                context.checkpoint()
                context.report(Progress(Stage.FEATURES, done, len(training), seconds_left=1.0))
            if isinstance(outcome, Exception):
                raise outcome
            if self.unreadable:
                keep_refusals(request.collection.folder, self.unreadable)
            self._report_unreadable(context)
            for epoch in range(len(history) + 1, recipe.epochs + 1):
                ended = self._epoch(epoch, outcome, request, context)
                context.report(ended)
                history.append(ended)
                self._keep(history, request)
        except Cancelled:
            if not history:
                raise
            stop_reason = StopReason.STOPPED
        names = request.collection.class_names
        alike = evaluation_of(validation, names, Part.VALIDATION, history[-1].validation_accuracy)
        summary = ModelSummary(
            path=request.model_path,
            class_names=names,
            backbone=recipe.backbone,
            input_size=recipe.input_size,
            recipe=recipe,
            created="2026-01-01T12:00:00+00:00",
            photo_count=len(training),
            evaluation=self.evaluation or alike,
            history=tuple(history),
            seconds=float(len(history)),
            stop_reason=stop_reason,
            versions=(("fake", "1"),),
            device="1 pretended core",
        )
        return self._saved(summary, request, context)

    def _keep(self, history: list[EpochEnded], request: TrainRequest) -> None:
        if len(history) <= _DETAILED_EPOCHS or len(history) == request.recipe.epochs:
            write_progress(request.run_folder, history)

    def _save_trained(self, request: SaveTrainedRequest, context: JobContext) -> ModelSummary:
        summary = self._unsaved[request.training.model_path]
        return self._saved(replace(summary, path=request.target), request.training, context)

    def _saved(self, summary: ModelSummary, request: TrainRequest, context: JobContext) -> ModelSummary:
        context.report(Progress(Stage.SAVING, 0, 1))
        try:
            self._check_disk(summary.path)
            write_model(summary)
        except StorageError as error:
            self._unsaved[request.model_path] = summary
            raise UnsavedModelError(error.message, error.hint) from error
        if request.run_folder is not None and summary.stop_reason is not StopReason.STOPPED:
            (request.run_folder / CHECKPOINT).unlink(missing_ok=True)
        context.report(Progress(Stage.SAVING, 1, 1))
        return summary

    def _check_disk(self, path: Path) -> None:
        if self.save_error is not None:
            raise self.save_error
        if path.parent in self.full_folders:
            raise StorageError("The disk is full.")

    def _epoch(self, epoch: int, final_accuracy: float, request: TrainRequest, context: JobContext) -> EpochEnded:
        epochs = request.recipe.epochs
        for batch in range(1, self.batches + 1):
            context.checkpoint()
            left = float((epochs - epoch) * self.batches + self.batches - batch)
            if epoch <= _DETAILED_EPOCHS:
                context.report(BatchEnded(epoch, epochs, batch, self.batches, 1.0 / epoch, 1.0 - 0.5 / epoch, left))
        context.checkpoint()
        accuracy = final_accuracy * (0.5 + 0.5 * epoch / epochs)
        return EpochEnded(
            epoch=epoch,
            epochs=epochs,
            loss=1.0 / epoch,
            accuracy=1.0 - 0.5 / epoch,
            validation_loss=1.2 / epoch,
            validation_accuracy=accuracy,
            learning_rate=request.recipe.learning_rate,
            seconds=1.0,
            is_best=True,
        )

    def _report_unreadable(self, context: JobContext) -> None:
        if self.unreadable:
            context.report(PhotosUnreadable(tuple(UnreadablePhoto(path, "Damaged.") for path in self.unreadable)))

    def _open(self, request: OpenModelRequest, context: JobContext) -> ModelSummary:
        context.report(Progress(Stage.LOADING))
        context.checkpoint()
        return read_summary(request.model_path)

    def _predict(self, request: PredictRequest, context: JobContext) -> PredictionSummary:
        return self.predictions.predict(request, context)

    def _looks(self, request: LooksRequest, context: JobContext) -> tuple[bytes, ...]:
        return self.predictions.looks(request, context)

    def _evaluate(self, request: EvaluateRequest, context: JobContext) -> Evaluation:
        model = read_summary(request.model_path)
        photos = photos_of(request.collection, model.recipe, request.part)
        context.report(Progress(Stage.EVALUATING, 0, len(photos)))
        self._report_unreadable(context)
        context.checkpoint()
        context.report(Progress(Stage.EVALUATING, len(photos), len(photos)))
        accuracy = model.evaluation.accuracy if model.evaluation is not None else 0.0
        return self.evaluation or evaluation_of(photos, model.class_names, request.part, accuracy)

    def _explain(self, request: ExplainRequest, context: JobContext) -> Explanation:
        context.report(Progress(Stage.LOADING))
        context.checkpoint()
        names = read_summary(request.model_path).class_names
        return explanation_for(request.photo, names, request.class_name)

    def _preview(self, request: PreviewRequest, context: JobContext) -> tuple[PreviewImage, ...]:
        images = []
        for done, path in enumerate(request.paths):
            context.checkpoint()
            context.report(Progress(Stage.LOADING, done, len(request.paths)))
            images.append(PreviewImage(request.size, request.size, read_photo(path, request.size).tobytes()))
        return tuple(images)

    def _estimate(self, request: EstimateRequest, context: JobContext) -> CostEstimate:
        context.report(Progress(Stage.TIMING))
        photos_of(request.collection, request.recipe, Part.TRAINING)
        context.checkpoint()
        if isinstance(self.cost, TlguiError):
            raise self.cost
        return self.cost

    def _learning_curve(self, _request: LearningCurveRequest, context: JobContext) -> LearningCurve | None:
        context.checkpoint()
        return self.learning_curve

    def _export(self, request: ExportRequest, context: JobContext) -> ExportResult:
        read_summary(request.model_path)
        for done in range(2):
            context.checkpoint()
            context.report(Progress(Stage.CONVERTING, done, 1))
        context.report(Progress(Stage.COMPARING, 0, 16))
        context.checkpoint()
        content = f"fake {request.format_id}\n"
        files.write_text(request.target, content)
        context.report(Progress(Stage.COMPARING, 16, 16))
        return ExportResult(
            path=request.target,
            format_id=request.format_id,
            size_bytes=len(content),
            largest_difference=self.export_difference,
            compared_count=max(16, len(request.photos)),
            used_drawn_pictures=len(request.photos) < 16,
        )


_HANDLERS: dict[type, Callable[..., object]] = {
    TrainRequest: FakeEngine._train,
    SaveTrainedRequest: FakeEngine._save_trained,
    OpenModelRequest: FakeEngine._open,
    WarmModelRequest: FakeEngine._open,
    PredictRequest: FakeEngine._predict,
    EvaluateRequest: FakeEngine._evaluate,
    ExplainRequest: FakeEngine._explain,
    LooksRequest: FakeEngine._looks,
    PreviewRequest: FakeEngine._preview,
    LearningCurveRequest: FakeEngine._learning_curve,
    EstimateRequest: FakeEngine._estimate,
    ExportRequest: FakeEngine._export,
}
