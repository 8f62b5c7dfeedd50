"""The columns that tables for spreadsheets have, whatever the spreadsheet."""

from collections.abc import Iterator

from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.text.tables.exported import TableAbout

Cell = str | float


def header(top: int) -> list[str]:
    """Return the names of the columns, with columns for so many classes."""
    ranks = [name for rank in range(1, top + 1) for name in (f"class {rank}", f"probability {rank}")]
    told = ["problem", "answer", "distance", "named as", "decided by", "decided at", "model", "model SHA-256"]
    return ["photo", *ranks, *told]


def row(prediction: PhotoAnswer, about: TableAbout) -> list[Cell]:
    """Return the cells of one photo: text as it is, and probabilities (0..1) and the distance (0..2) as numbers."""
    return [
        str(prediction.path),
        *_scores(prediction, about.top),
        prediction.error,
        "" if prediction.error else prediction.verdict.value,
        "" if prediction.distance is None else prediction.distance,
        prediction.answer,
        "" if prediction.error else prediction.decided_by.value,
        "" if prediction.error else prediction.decided_at,
        about.model.name,
        about.model.digest,
    ]


def _scores(prediction: PhotoAnswer, top: int) -> Iterator[Cell]:
    for rank in range(top):
        if rank < len(prediction.scores):
            yield prediction.scores[rank].class_name
            yield prediction.scores[rank].probability
        else:
            yield from ("", "")
