"""The handlers of the requests: the one module that imports both the protocol and the code that uses TensorFlow.

It is loaded in the engine process and by the commands, never in the window's process.
"""

import functools
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

from tlgui.engine import light_jobs
from tlgui.engine.file_state import FileState, file_state
from tlgui.engine.protocol import (
    EstimateRequest,
    EvaluateRequest,
    ExplainRequest,
    ExportRequest,
    JudgeRequest,
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
from tlgui.errors import EngineError, ModelFileError, StorageError, TlguiError, UnsavedModelError
from tlgui.exporting.export import export
from tlgui.learning.data.augmentation import previews
from tlgui.learning.estimation.estimate import estimate
from tlgui.learning.inference.evaluate import evaluate
from tlgui.learning.inference.predict import predict
from tlgui.learning.learning_curve import LearningCurve
from tlgui.learning.model_file.archive import carries_onnx_network
from tlgui.learning.model_file.tlmodel import LoadedModel, add_onnx_network, load_model
from tlgui.learning.results import (
    CostEstimate,
    Evaluation,
    Explanation,
    ExportResult,
    ModelSummary,
    PredictionSummary,
    PreviewImage,
)
from tlgui.learning.runs.learning_curve import LEARNING_CURVE, write_learning_curve
from tlgui.learning.runs.progress import CHECKPOINT
from tlgui.learning.training.train import Trained, train_network
from tlgui.learning.training.unseen import judge_unseen, measure_learning_curve
from tlgui.learning.trust import PhotoJudgement
from tlgui.progress import JobContext, Progress, Stage

ResultT = TypeVar("ResultT")

_log = logging.getLogger(__name__)


def perform(request: Request[ResultT], context: JobContext) -> ResultT:
    """Run one job.

    Args:
        request: The request.
        context: Receives the events; its checkpoint stops the job.

    Returns:
        The result that the request's type names.

    Raises:
        Cancelled: The checkpoint raised it, and there is no result.
        TlguiError: The job failed for a reason that the user can change.
    """
    return cast(ResultT, _HANDLERS[type(request)](request, context))


def get_ready_after(result: object) -> None:
    """Prepare the next answers of the model of the last job.

    A file that was answered from here, and not in ONNX Runtime, is given its network as ONNX, so that the next answer
    needs no TensorFlow. A model that was just trained and has no such form is warmed.

    Args:
        result: The result of the last job.
    """
    while _answered:
        _give_onnx_network(file_state(_answered.pop()))
    if isinstance(result, ModelSummary) and not carries_onnx_network(result.path):
        _warm_model(result.path, JobContext())


def _train(request: TrainRequest, context: JobContext) -> ModelSummary:
    return _saved(_trained(request, context), request, request.model_path, context)


def _save_trained(request: SaveTrainedRequest, context: JobContext) -> ModelSummary:
    training, target = request.training, request.target
    trained = _unsaved.get(training.model_path)
    if trained is None:
        if training.run_folder is None or not (training.run_folder / CHECKPOINT).is_file():
            raise EngineError(
                "What was learned is lost: the engine was ended meanwhile, and the disk had kept no epoch.",
                "Train again.",
            )
        trained = _trained(replace(training, model_path=target, resume=True), context)
    return _saved(trained, training, target, context)


def _trained(request: TrainRequest, context: JobContext) -> Trained:
    return train_network(
        request.collection,
        request.recipe,
        request.model_path,
        context,
        run_folder=request.run_folder,
        start_from=request.start_from,
        resume=request.resume,
    )


def _saved(trained: Trained, request: TrainRequest, target: Path, context: JobContext) -> ModelSummary:
    """Write a trained model; where the disk refuses, it stays in memory."""
    try:
        trained = trained.save(target, context)
    except StorageError as error:
        _unsaved.clear()
        _unsaved[request.model_path] = trained
        raise UnsavedModelError(error.message, error.hint) from error
    _unsaved.pop(request.model_path, None)
    _just_trained.clear()
    _just_trained[file_state(target)] = trained
    return trained.summary


def _estimate(request: EstimateRequest, context: JobContext) -> CostEstimate:
    return estimate(request.collection, request.recipe, context)


def _open(request: OpenModelRequest, context: JobContext) -> ModelSummary:
    return _answering_model(request.model_path, context).summary


def _predict(request: PredictRequest, context: JobContext) -> PredictionSummary:
    return predict(
        _answering_model(request.model_path, context),
        request.paths,
        request.top,
        context,
        uses_kept=request.uses_kept,
        is_kept_only=request.is_kept_only,
    )


def _evaluate(request: EvaluateRequest, context: JobContext) -> Evaluation:
    return evaluate(_answering_model(request.model_path, context), request.collection, request.part, context)


def _explain(request: ExplainRequest, context: JobContext) -> Explanation:
    """Give the file the ONNX network that the maps are read from, and answer as the light engine does."""
    context.checkpoint()
    if not add_onnx_network(request.model_path):
        raise ModelFileError(
            f"“{request.model_path.name}” cannot show where it looked.",
            "Its network has no form that tells places in a photo, or its folder cannot be written to.",
        )
    return light_jobs.perform(request, context)


def _judge(request: JudgeRequest, context: JobContext) -> tuple[PhotoJudgement, ...]:
    return judge_unseen(request.collection, request.recipe, context)


def _learning_curve(request: LearningCurveRequest, context: JobContext) -> LearningCurve | None:
    curve = measure_learning_curve(request.collection, request.recipe, request.epochs, context)
    if curve is not None and request.run_folder is not None:
        write_learning_curve(request.run_folder / LEARNING_CURVE, curve)
    return curve


def _preview(request: PreviewRequest, context: JobContext) -> tuple[PreviewImage, ...]:
    return previews(request.paths, request.augmentation, request.size, request.seed, context)


def _export(request: ExportRequest, context: JobContext) -> ExportResult:
    model = _warm_model(request.model_path, context)
    if request.with_distance and model.light is None:
        # One that was just trained has no ONNX network, whose features the distances are measured by.
        model = load_model(request.model_path)
    return export(
        model, request.format_id, request.target, request.photos, context, with_distance=request.with_distance
    )


# Each handler takes requests of its key, which a type of the table cannot express.
_HANDLERS: dict[type[Request[Any]], Callable[[Any, JobContext], object]] = {
    TrainRequest: _train,
    SaveTrainedRequest: _save_trained,
    EstimateRequest: _estimate,
    OpenModelRequest: _open,
    WarmModelRequest: _open,
    PredictRequest: _predict,
    EvaluateRequest: _evaluate,
    ExplainRequest: _explain,
    LooksRequest: light_jobs.perform,
    JudgeRequest: _judge,
    LearningCurveRequest: _learning_curve,
    PreviewRequest: _preview,
    ExportRequest: _export,
}


# The networks of the last training, until they are used or another training ends.
_just_trained: dict[FileState, Trained] = {}
# The last training whose model the disk refused, by the path of the model.
_unsaved: dict[Path, Trained] = {}
# The file of the last answer, until it is given its ONNX network.
_answered: list[Path] = []


def _answering_model(path: Path, context: JobContext) -> LoadedModel:
    """Return the model of a file that the light engine cannot answer from."""
    model = _warm_model(path, context)
    _answered.append(path)
    return model


def _warm_model(path: Path, context: JobContext) -> LoadedModel:
    """Return the model, from memory where it is the last one used and its file is unchanged."""
    context.checkpoint()
    context.report(Progress(Stage.LOADING))
    return _load(file_state(path))


@functools.lru_cache(maxsize=1)
def _load(state: FileState) -> LoadedModel:
    # A model that was just trained need not be read, checked and converted.
    trained = _just_trained.pop(state, None)
    return trained.loaded() if trained else load_model(state[0])


@functools.lru_cache(maxsize=8)
def _give_onnx_network(state: FileState) -> None:
    # Once for each content: some networks have no such form, and some disks refuse.
    try:
        add_onnx_network(state[0])
    except TlguiError as error:
        _log.warning("The model keeps its earlier form: %s", error)
