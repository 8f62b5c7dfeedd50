"""Photos of the board as they were at one moment, for jobs that sort them or write them to a table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.learning.results import ModelSummary
from tlgui.learning.trust import Verdict
from tlgui.photos.answers import DecidedBy
from tlgui.ui.board.columns import BoardColumns, BoardPhoto, Rows

_TOGETHER = 256


@dataclass(frozen=True, slots=True)
class BoardContents:
    """Photos of the board.

    Args:
        photos: A copy of the columns.
        rows: The photos that are meant.
        model: The model that named them.
        roots: What was dropped: photos, and folders that hold some.
    """

    photos: BoardColumns
    rows: Rows
    model: ModelSummary
    roots: tuple[Path, ...] = ()

    def __len__(self) -> int:
        """Return how many photos are meant."""
        return len(self.rows)

    def answers(self, checkpoint: Callable[[], None] = lambda: None) -> Iterator[PhotoAnswer]:
        """Yield what is said of each photo, in order; the answers of the model have the time of this call.

        Args:
            checkpoint: Called every 256 photos; raises `Cancelled` after Stop.
        """
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        for number, photo in enumerate(self.photos.photos(self.rows)):
            if number % _TOGETHER == 0:
                checkpoint()
            yield _answer(photo, now)


def _answer(photo: BoardPhoto, now: str) -> PhotoAnswer:
    certainty = photo.certainty
    if photo.is_decided:
        certainty = next((each.probability for each in photo.scores if each.class_name == photo.answer), None)
    is_unread = bool(photo.error) and not photo.is_decided
    return PhotoAnswer(
        photo.path,
        photo.scores,
        Verdict.NOT_SURE if is_unread else photo.verdict,
        photo.answer,
        certainty,
        DecidedBy.PERSON if photo.is_decided else DecidedBy.MODEL,
        photo.decided_at or now,
        photo.error,
        distance=photo.distance,
    )
