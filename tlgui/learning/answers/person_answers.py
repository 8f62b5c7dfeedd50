"""What persons decided in the window about photos, in the place of what a model says of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.learning.results import ModelSummary, Prediction
from tlgui.learning.trust import Verdict
from tlgui.photos.answers import DecidedBy
from tlgui.photos.storage.decisions import Decision, Decisions, scope_of


class PersonAnswers:
    """Finds what persons decided about the photos that a model names.

    Args:
        model: The model.
        folder: The collection that it was trained on; None where that is not known.
        decisions: What persons decided; None for the user's own.
    """

    def __init__(self, model: ModelSummary, folder: Path | None = None, decisions: Decisions | None = None) -> None:
        self._scope = scope_of(folder, model.class_names)
        self._decisions = decisions if decisions is not None else Decisions()

    def applied(self, predictions: Sequence[Prediction], answers: Sequence[PhotoAnswer]) -> list[PhotoAnswer]:
        """Return answers, those of persons where they decided about the content that a photo has.

        Args:
            predictions: What the model said, with the photos' digests.
            answers: What is said of the same photos, in their order.

        Raises:
            StorageError: What they decided cannot be read.
        """
        digests = {prediction.digest for prediction in predictions if prediction.digest}
        found = self._decisions.of(digests, self._scope) if digests else {}
        return [
            answer if (decision := found.get(prediction.digest)) is None else answer_by_person(answer, decision)
            for prediction, answer in zip(predictions, answers, strict=True)
        ]


def answer_by_person(answer: PhotoAnswer, decision: Decision) -> PhotoAnswer:
    """Return what a person decided about a photo of which a model said something."""
    scores = {score.class_name: score.probability for score in answer.scores}
    return replace(
        answer,
        verdict=Verdict.NAMED,
        answer=decision.class_name,
        certainty=scores.get(decision.class_name),
        decided_by=DecidedBy.PERSON,
        decided_at=decision.decided_at,
    )
