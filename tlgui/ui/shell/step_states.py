"""The states of the four steps, in a few words for the list of steps."""

from tlgui.engine.protocol import PredictRequest, TrainRequest
from tlgui.photos.collection import MOST_CLASSES
from tlgui.text.numbers import count, percent
from tlgui.ui.session.requests import SamplePhotosRequest, ScanRequest
from tlgui.ui.session.session import Session
from tlgui.ui.shell.commands import Pages
from tlgui.ui.shell.step_list import Mark, Step, StepState


def step_states(session: Session, pages: Pages) -> dict[Step, StepState]:
    """Return the state of every step."""
    return {
        Step.PHOTOS: _photos(session),
        Step.TRAIN: _train(session, pages),
        Step.RESULTS: _results(session),
        Step.PREDICT: _predict(session, pages),
    }


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
    return StepState(count("photo", session.collection.photo_count), Mark.DONE)


def _train(session: Session, pages: Pages) -> StepState:
    if _runs(session, TrainRequest):
        return StepState("Training…")
    if session.collection is None or session.advice():
        return StepState("Needs photos first")
    return StepState("Trained", Mark.DONE) if pages.train.has_history else StepState("Ready to start")


def _results(session: Session) -> StepState:
    if session.model is None:
        return StepState("Nothing yet")
    evaluation = session.model.evaluation
    if evaluation is None:
        return StepState("Not measured", Mark.DONE)
    baseline = evaluation.baseline
    if baseline is not None and evaluation.accuracy <= baseline.accuracy:
        return StepState("No better than guessing", Mark.PROBLEM)
    return StepState(f"{percent(evaluation.accuracy)} right", Mark.DONE)


def _predict(session: Session, pages: Pages) -> StepState:
    if _runs(session, PredictRequest):
        return StepState("Naming photos…")
    if session.model is None:
        return StepState("Needs a model")
    return StepState("Photos named", Mark.DONE) if pages.predict.has_predictions else StepState("Drop photos here")
