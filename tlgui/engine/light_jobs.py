"""The handlers of the requests that ONNX Runtime alone can answer: it is loaded within a second, and TensorFlow never.

It is loaded in the light engine's process and by the commands, never in the window's process.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from tlgui.engine.file_state import FileState, file_state
from tlgui.engine.protocol import (
    EvaluateRequest,
    NoOnnxNetworkError,
    OpenModelRequest,
    PredictRequest,
    Request,
    WarmModelRequest,
)
from tlgui.learning.inference.evaluate import evaluate
from tlgui.learning.inference.predict import predict
from tlgui.learning.model_file.prediction_model import PredictionModel, load_prediction_model
from tlgui.learning.results import Evaluation, ModelSummary, PredictionSummary
from tlgui.progress import JobContext, Progress, Stage

ResultT = TypeVar("ResultT")


def perform(request: Request[ResultT], context: JobContext) -> ResultT:
    """Run one job.

    Args:
        request: The request; one that `is_light`.
        context: Receives the events; its checkpoint stops the job.

    Returns:
        The result that the request's type names.

    Raises:
        Cancelled: The checkpoint raised it, and there is no result.
        NoOnnxNetworkError: The model file carries no ONNX network.
        TlguiError: The job failed for a reason that the user can change.
    """
    return cast(ResultT, _HANDLERS[type(request)](request, context))


def get_ready_after(result: object) -> None:
    """Prepare nothing: a model is loaded faster than it could be told which one comes next."""


def _open(request: OpenModelRequest, context: JobContext) -> ModelSummary:
    return _warm_model(request.model_path, context).summary


def _predict(request: PredictRequest, context: JobContext) -> PredictionSummary:
    return predict(_warm_model(request.model_path, context), request.paths, request.top, context)


def _evaluate(request: EvaluateRequest, context: JobContext) -> Evaluation:
    return evaluate(_warm_model(request.model_path, context), request.collection, request.part, context)


# Each handler takes requests of its key, which a type of the table cannot express.
_HANDLERS: dict[type[Request[Any]], Callable[[Any, JobContext], object]] = {
    OpenModelRequest: _open,
    WarmModelRequest: _open,
    PredictRequest: _predict,
    EvaluateRequest: _evaluate,
}


def _warm_model(path: Path, context: JobContext) -> PredictionModel:
    """Return the model, from memory where it is the last one used and its file is unchanged."""
    context.checkpoint()
    context.report(Progress(Stage.LOADING))
    model = _load(file_state(path))
    if model is None:
        raise NoOnnxNetworkError(f"“{path.name}” carries no ONNX network.")
    return model


@functools.lru_cache(maxsize=1)
def _load(state: FileState) -> PredictionModel | None:
    return load_prediction_model(state[0])
