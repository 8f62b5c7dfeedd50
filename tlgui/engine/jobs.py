"""The handlers of the requests: the one module that imports both the protocol and the code that uses TensorFlow.

It is loaded in the engine process and by the commands, never in the window's process.
"""

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

from tlgui.engine.protocol import (
    EstimateRequest,
    EvaluateRequest,
    ExportRequest,
    OpenModelRequest,
    PredictRequest,
    PreviewRequest,
    Request,
    SaveTrainedRequest,
    TrainRequest,
)
from tlgui.errors import EngineError, ModelFileError, StorageError, UnsavedModelError
from tlgui.exporting.export import export
from tlgui.files import why_unreadable
from tlgui.learning.data.augmentation import previews
from tlgui.learning.estimation.estimate import estimate
from tlgui.learning.inference.evaluate import evaluate
from tlgui.learning.inference.predict import predict
from tlgui.learning.model_file.tlmodel import LoadedModel, load_model
from tlgui.learning.results import CostEstimate, Evaluation, ExportResult, ModelSummary, PredictionSummary, PreviewImage
from tlgui.learning.runs.progress import CHECKPOINT
from tlgui.learning.training.train import Trained, train_network
from tlgui.progress import JobContext, Progress, Stage

ResultT = TypeVar("ResultT")


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
    """Warm the model of a training, so that the first prediction after it takes no longer than later ones.

    Args:
        result: The result of the last job; only the summary of a model has an effect.
    """
    if isinstance(result, ModelSummary):
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
    _just_trained[_state(target)] = trained
    return trained.summary


def _estimate(request: EstimateRequest, context: JobContext) -> CostEstimate:
    return estimate(request.collection, request.recipe, context)


def _open(request: OpenModelRequest, context: JobContext) -> ModelSummary:
    return _warm_model(request.model_path, context).summary


def _predict(request: PredictRequest, context: JobContext) -> PredictionSummary:
    model = _warm_model(request.model_path, context)
    return predict(model, request.paths, request.top, context)


def _evaluate(request: EvaluateRequest, context: JobContext) -> Evaluation:
    return evaluate(_warm_model(request.model_path, context), request.collection, request.part, context)


def _preview(request: PreviewRequest, context: JobContext) -> tuple[PreviewImage, ...]:
    return previews(request.paths, request.augmentation, request.size, request.seed, context)


def _export(request: ExportRequest, context: JobContext) -> ExportResult:
    model = _warm_model(request.model_path, context)
    return export(model, request.format_id, request.target, request.photos, context)


# Each handler takes requests of its key, which a type of the table cannot express.
_HANDLERS: dict[type[Request[Any]], Callable[[Any, JobContext], object]] = {
    TrainRequest: _train,
    SaveTrainedRequest: _save_trained,
    EstimateRequest: _estimate,
    OpenModelRequest: _open,
    PredictRequest: _predict,
    EvaluateRequest: _evaluate,
    PreviewRequest: _preview,
    ExportRequest: _export,
}


# A file's path, modification time and size, which identify its content.
_State = tuple[Path, int, int]
# The networks of the last training, until they are used or another training ends.
_just_trained: dict[_State, Trained] = {}
# The last training whose model the disk refused, by the path of the model.
_unsaved: dict[Path, Trained] = {}


def _warm_model(path: Path, context: JobContext) -> LoadedModel:
    """Return the model, from memory where it is the last one used and its file is unchanged."""
    context.checkpoint()
    context.report(Progress(Stage.LOADING))
    return _load(_state(path))


def _state(path: Path) -> _State:
    try:
        state = path.stat()
    except OSError as error:
        raise ModelFileError(
            f"“{path.name}” cannot be read: {why_unreadable(error)}.", "Choose a .tlmodel file that is there."
        ) from error
    return path, state.st_mtime_ns, state.st_size


@functools.lru_cache(maxsize=1)
def _load(state: _State) -> LoadedModel:
    # A model that was just trained need not be read, checked and converted.
    trained = _just_trained.pop(state, None)
    return trained.loaded() if trained else load_model(state[0])
