"""The states of the four steps, in a few words for the list of steps; a tick means that the result is good."""

from tlgui.engine.protocol import PredictRequest, TrainRequest
from tlgui.learning.results import ModelSummary
from tlgui.photos.collection import MOST_CLASSES
from tlgui.photos.health.findings import Severity
from tlgui.text.numbers import count, percent
from tlgui.ui.session.requests import SamplePhotosRequest, ScanRequest
from tlgui.ui.session.session import Session
from tlgui.ui.shell.commands import Pages
from tlgui.ui.shell.step_list import Mark, Step, StepState
from tlgui.ui.text.model_words import is_good


def step_states(session: Session, pages: Pages) -> dict[Step, StepState]:
    """Return the state of every step."""
    return {
        Step.PHOTOS: _photos(session),
        Step.TRAIN: _train(session),
        Step.RESULTS: _results(session),
        Step.PREDICT: _predict(session, pages),
    }


def step_of(request: object) -> Step | None:
    """Return the step whose page a job belongs to; None if it belongs to whichever is shown."""
    if isinstance(request, ScanRequest | SamplePhotosRequest):
        return Step.PHOTOS
    if isinstance(request, TrainRequest):
        return Step.TRAIN
    return Step.PREDICT if isinstance(request, PredictRequest) else None


def _runs(session: Session, *kinds: type) -> bool:
    return session.job is not None and isinstance(session.job.request, kinds)


def _photos(session: Session) -> StepState:
    if _runs(session, ScanRequest, SamplePhotosRequest):
        return StepState("Reading…")
    if session.collection is None:
        return StepState("Choose a folder")
    if session.advice():
        is_large = len(session.collection.classes) > MOST_CLASSES
        return StepState("Too many classes" if is_large else "Needs more photos", Mark.PROBLEM)
    is_harmed = any(finding.severity is Severity.HARM for finding in session.review.report.findings)
    return StepState(
        count("photo", session.collection.photo_count),
        Mark.NONE if session.review.is_looking or is_harmed else Mark.GOOD,
    )


def _train(session: Session) -> StepState:
    if session.is_training:
        return StepState("Training…")
    if session.collection is None or session.advice():
        return StepState("Needs photos first")
    run = session.active_run
    if run is None:
        return StepState("Ready to start")
    return StepState("Trained", _mark(run.model))


def _results(session: Session) -> StepState:
    if session.model is None:
        return StepState("Nothing yet")
    if session.is_model_foreign:
        return StepState("From elsewhere")
    evaluation = session.model.evaluation
    if evaluation is None:
        return StepState("Not measured")
    baseline = evaluation.baseline
    if baseline is not None and evaluation.accuracy <= baseline.accuracy:
        return StepState("No better than luck", Mark.PROBLEM)
    return StepState(f"{percent(evaluation.accuracy)} right", _mark(session.model))


def _predict(session: Session, pages: Pages) -> StepState:
    if session.prediction is not None:
        return StepState("Naming photos…")
    if session.model is None:
        return StepState("Needs a model")
    return StepState("Photos named" if pages.predict.has_predictions else "Drop photos here")


def _mark(model: ModelSummary | None) -> Mark:
    return Mark.GOOD if model is not None and is_good(model.evaluation) else Mark.NONE
