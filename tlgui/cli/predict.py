"""`tlgui predict`: predict the classes of photos. It imports little, so that one photo is named within a second."""

import argparse
import dataclasses
from datetime import datetime
from typing import Any

from tlgui.cli import engine
from tlgui.cli.decided import person_answers
from tlgui.cli.given_paths import check_any_named, check_any_there
from tlgui.cli.prediction_outputs import check_outputs, prediction_outputs
from tlgui.cli.terminal import Terminal
from tlgui.engine.protocol import PredictRequest
from tlgui.errors import Cancelled, TlguiError
from tlgui.learning.answers.photo_answer import PhotoAnswer, answer_by_model
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.results import ModelSummary, PhotosPredicted, Prediction
from tlgui.learning.trust import Caution, Verdict
from tlgui.photos.answers import DecidedBy
from tlgui.progress import Event
from tlgui.text.numbers import percent
from tlgui.text.trust import caution_notes

_GO_ON = "What was named is kept: the same command with --resume names only the rest."
_UNTOLD = frozenset({"digest", "look", "time"})
_ANSWERS = {Verdict.NAMED: "", Verdict.NOT_SURE: " (not sure)", Verdict.UNLIKE: " (unlike anything it learned)"}


def predict(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui predict MODEL.tlmodel PATH…`: predict the classes of photos."""
    check_outputs(arguments)
    check_any_there(arguments.paths)
    model = read_summary(arguments.model)
    # Without the bound, a table would get columns for classes that the model does not have.
    top, caution = min(arguments.top, len(model.class_names)), Caution(arguments.wrong_at_most)
    for sentence in caution_notes(model.trust, caution, model.evaluation_of_trust):
        terminal.note(f"note: {sentence}")
    predictions: list[Prediction] = []
    said: list[PhotoAnswer] = []
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    persons = person_answers(arguments.model, model, terminal)
    request = PredictRequest(arguments.model.absolute(), tuple(arguments.paths), top, uses_kept=arguments.resume)
    with prediction_outputs(arguments, model, top, terminal) as outputs:

        def listen(event: Event) -> None:
            if isinstance(event, PhotosPredicted):
                answers = [answer_by_model(prediction, model, caution, now) for prediction in event.predictions]
                answers = persons.applied(event.predictions, answers)
                if terminal.wants_json:
                    predictions.extend(event.predictions)
                    said.extend(answers)
                for prediction, answer in zip(event.predictions, answers, strict=True):
                    terminal.write(_prediction_line(prediction, answer))
                outputs.add(answers)

        try:
            summary = engine.perform(request, terminal, listen)
        except Cancelled:
            raise TlguiError("Stopped before all photos were named.", _GO_ON) from None
    terminal.write_json(
        {
            "predictions": [
                _told(prediction) | _answer_json(answer) for prediction, answer in zip(predictions, said, strict=True)
            ],
            "photo_count": summary.photo_count,
            "error_count": summary.error_count,
            "seconds": summary.seconds,
            **outputs.result(),
            "wrong_at_most": caution.wrong_at_most,
            "threshold": _threshold(model, caution),
        }
    )
    check_any_named(summary.photo_count, summary.error_count)


def _told(prediction: Prediction) -> dict[str, Any]:
    """Return what the JSON object says of a prediction; what compares photos is of no use to a reader."""
    told = dataclasses.asdict(prediction)
    return {name: value for name, value in told.items() if name not in _UNTOLD}


def _answer_json(answer: PhotoAnswer) -> dict[str, Any]:
    is_persons = answer.decided_by is DecidedBy.PERSON
    return {
        "answer": None if answer.error and not is_persons else answer.verdict,
        "class_name": answer.answer or None,
        "decided_by": answer.decided_by,
        "decided_at": answer.decided_at,
    }


def _threshold(model: ModelSummary, caution: Caution) -> float | None:
    """Return the probability below which photos are not sure; None where there is none."""
    promise = model.trust.promise(caution.wrong_at_most or 1.0) if model.trust is not None else None
    return promise.threshold if promise is not None else None


def _prediction_line(prediction: Prediction, answer: PhotoAnswer) -> str:
    if answer.decided_by is DecidedBy.PERSON:
        return f"{prediction.path}: {answer.answer} (decided by you)"
    if prediction.error:
        return f"{prediction.path}: {prediction.error}"
    scores = ", ".join(f"{score.class_name} {percent(score.probability)}" for score in prediction.scores)
    return f"{prediction.path}: {scores}{_ANSWERS[answer.verdict]}"
