"""What is said of one photo and who decided it: what a sort, keywords and every table are made of."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tlgui import files
from tlgui.errors import TlguiError
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.results import ClassScore, ModelSummary, Prediction, prediction_verdict
from tlgui.learning.trust import Caution, Verdict
from tlgui.photos.answers import DecidedBy
from tlgui.photos.facts import PhotoFacts


@dataclass(frozen=True, slots=True)
class PhotoAnswer:
    """What is said of one photo.

    Args:
        path: The photo.
        scores: The most probable classes, most probable first; empty where the photo could not be read.
        verdict: What became of the model's answer; `NAMED` where a person decided.
        answer: The class that the photo is named as; empty where it is not named.
        certainty: The probability that the model gives the answer, 0..1; None where it does not say.
        decided_by: Who decided.
        decided_at: When, as an ISO 8601 time with its offset.
        error: Why the photo could not be read; empty where it could.
        facts: What the photo's file says of itself; None where it is not known.
        distance: Cosine distance to the k-th nearest training photo, 0..2; None where the model does not tell.
    """

    path: Path
    scores: tuple[ClassScore, ...]
    verdict: Verdict
    answer: str
    certainty: float | None
    decided_by: DecidedBy
    decided_at: str
    error: str = ""
    facts: PhotoFacts | None = None
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model made predictions.

    Args:
        name: The name of its file.
        digest: SHA-256 of that file, in hexadecimal; empty where it is not known.
        class_names: Its classes, in output order.
    """

    name: str
    digest: str
    class_names: tuple[str, ...]


def answer_by_model(
    prediction: Prediction, model: ModelSummary, caution: Caution, decided_at: str, facts: PhotoFacts | None = None
) -> PhotoAnswer:
    """Return what a model says of a photo.

    Args:
        prediction: The prediction.
        model: The model that made it.
        caution: How careful the user wants the answers to be.
        decided_at: When it was made, as an ISO 8601 time with its offset.
        facts: What the photo's file says of itself; None where it is not known.
    """
    best = prediction.scores[0] if prediction.scores else None
    judged = prediction_verdict(prediction, model, caution) if best is not None else Verdict.NOT_SURE
    return PhotoAnswer(
        prediction.path,
        prediction.scores,
        judged,
        best.class_name if best is not None and judged is Verdict.NAMED else "",
        best.probability if best is not None else None,
        DecidedBy.MODEL,
        decided_at,
        prediction.error,
        facts,
        prediction.distance,
    )


def identity_of(model: ModelSummary) -> ModelIdentity:
    """Return which model made predictions some time ago; without a digest where its file is another by now, or gone.

    Args:
        model: The model as it was when it made them.
    """
    try:
        now = read_summary(model.path)
        digest = digest_of(model.path) if (now.created, now.class_names) == (model.created, model.class_names) else ""
    except (TlguiError, OSError):
        digest = ""
    return ModelIdentity(model.path.name, digest, model.class_names)


def digest_of(model: Path) -> str:
    """Return the SHA-256 of a model file in hexadecimal."""
    with files.open_regular(model) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
