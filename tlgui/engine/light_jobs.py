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
    ExplainRequest,
    LooksRequest,
    NoOnnxNetworkError,
    OpenModelRequest,
    PredictRequest,
    Request,
    WarmModelRequest,
)
from tlgui.errors import ModelFileError
from tlgui.learning.inference.class_activation import explain
from tlgui.learning.inference.evaluate import evaluate
from tlgui.learning.inference.photo_looks import looks_of
from tlgui.learning.inference.predict import predict
from tlgui.learning.model_file.map_model import MapModel, load_map_model
from tlgui.learning.model_file.prediction_model import PredictionModel, load_prediction_model
from tlgui.learning.results import Evaluation, Explanation, ModelSummary, PredictionSummary
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
    return predict(
        _warm_model(request.model_path, context),
        request.paths,
        request.top,
        context,
        uses_kept=request.uses_kept,
        is_kept_only=request.is_kept_only,
    )


def _evaluate(request: EvaluateRequest, context: JobContext) -> Evaluation:
    return evaluate(_warm_model(request.model_path, context), request.collection, request.part, context)


def _explain(request: ExplainRequest, context: JobContext) -> Explanation:
    _warm_model(request.model_path, context)
    model = _load_maps(file_state(request.model_path))
    if model is None:
        raise ModelFileError(
            f"“{request.model_path.name}” cannot show where it looked.",
            "Its network is of a kind that tells no places in a photo.",
        )
    context.checkpoint()
    return explain(model, request.photo, request.class_name)


def _looks(request: LooksRequest, context: JobContext) -> tuple[bytes, ...]:
    try:
        model = _warm_model(request.model_path, context)
    except NoOnnxNetworkError:
        # Such a file has no features of training photos either, and the other engine would find none.
        return (b"",) * len(request.paths)
    if model.look_space is None:
        return (b"",) * len(request.paths)
    return looks_of(model, request.paths, context)


# Each handler takes requests of its key, which a type of the table cannot express.
_HANDLERS: dict[type[Request[Any]], Callable[[Any, JobContext], object]] = {
    OpenModelRequest: _open,
    WarmModelRequest: _open,
    PredictRequest: _predict,
    EvaluateRequest: _evaluate,
    ExplainRequest: _explain,
    LooksRequest: _looks,
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


@functools.lru_cache(maxsize=1)
def _load_maps(state: FileState) -> MapModel | None:
    # Apart from the network that predicts: few models are ever asked where they look.
    return load_map_model(state[0])
