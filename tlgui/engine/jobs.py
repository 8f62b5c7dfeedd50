"""What each request asks for, done: the one place that knows both the protocol and the code that uses TensorFlow.

It is loaded in the engine process and by the headless commands, never in the window's process.
"""

import functools
import os
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
    """Do one job and return its result.

    Raises:
        Cancelled: `context.checkpoint` said so, and there is nothing to use.
        TlguiError: It cannot be done, in a way the user can mend.
    """
    return cast(ResultT, _HANDLERS[type(request)](request, context))


def get_ready_after(result: object) -> None:
    """Warm the model that was just trained: its owner will drop a photo on it next, and expects an answer at once."""
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
    """Write what was trained; it is kept where the disk refuses."""
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


# Each function takes the request it is listed under; a type cannot say that of a table.
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


# A file's path, time and size: what tells it from what it was before.
_State = tuple[Path, int, int]
# The last training's networks, until they are used or the next training ends.
_just_trained: dict[_State, Trained] = {}
# The last training whose model the disk refused, by where it was to be written.
_unsaved: dict[Path, Trained] = {}


def _warm_model(path: Path, context: JobContext) -> LoadedModel:
    """Return the model, loaded already where it is the last one used and its file has not changed since."""
    context.checkpoint()
    context.report(Progress(Stage.LOADING))
    return _load(_state(path))


def _state(path: Path) -> _State:
    try:
        state = path.stat()
    except OSError as error:
        raise ModelFileError(
            f"“{path.name}” cannot be read: {os.strerror(error.errno or 0)}.", "Choose a .tlmodel file that is there."
        ) from error
    return path, state.st_mtime_ns, state.st_size


@functools.lru_cache(maxsize=1)
def _load(state: _State) -> LoadedModel:
    # What was just written need not be read, checked and converted.
    trained = _just_trained.pop(state, None)
    return trained.loaded() if trained else load_model(state[0])
