"""What another model says of photos that were named before: which have another answer, which corrections it knows.

Photos are compared by their content. What a person decided stays, so those photos never count as changed.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tlgui.text.numbers import count
from tlgui.ui.board.columns import UNDECIDED, BoardColumns, Rows
from tlgui.ui.board.digest_places import places_in

_NO_ANSWER = np.iinfo(np.int32).min


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """What a model said of photos.

    Args:
        digests: The photos, shape (photos, 32).
        answers: The group that it put each in, see `BoardColumns.answers`.
        names: The classes that the groups are indices of.
    """

    digests: NDArray[np.uint8]
    answers: NDArray[np.int32]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerChanges:
    """What another model says.

    Args:
        rows: The photos that have another answer, of those that no person decided about.
        corrected: How many photos a person named otherwise than the model before.
        agreed: How many of those the model names as the person did.
        is_after_training: Whether the model was trained because of corrections.
        earlier: The group that the model before put each of `rows` in, of the same length.
        names: The classes of the model before, which these groups are indices of.
    """

    rows: Rows
    corrected: int = 0
    agreed: int = 0
    is_after_training: bool = False
    earlier: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    names: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return what changed, for the screen."""
        when = "After the training" if self.is_after_training else "By this model"
        number = len(self.rows)
        if number:
            words = f"{when} {count('photo', number)} {'has' if number == 1 else 'have'} another answer."
        else:
            words = f"{when} no photo has another answer."
        if not self.corrected:
            return words
        if self.corrected == 1:
            return (
                f"{words} It names the photo that you corrected {'as you did' if self.agreed else 'otherwise still'}."
            )
        return f"{words} Of the {self.corrected:,} photos that you corrected, it names {self.agreed:,} as you did."

    def earlier_answer(self, row: int) -> str | int | None:
        """Return the class that the model before gave a photo, or the group of those without; None for no change."""
        place = int(np.searchsorted(self.rows, row))
        if place == len(self.rows) or self.rows[place] != row:
            return None
        group = int(self.earlier[place])
        return self.names[group] if group >= 0 else group


def kept_answers(photos: BoardColumns) -> KeptAnswers:
    """Return what a model said of the photos whose content is known."""
    known = photos.all_digests.any(axis=1)
    return KeptAnswers(photos.all_digests[known], photos.answers[known], tuple(photos.names))


def answer_changes(before: KeptAnswers, photos: BoardColumns, *, is_after_training: bool = False) -> AnswerChanges:
    """Compare what is said of photos with what was said before.

    Args:
        before: What the other model said.
        photos: What is said now; photos that are new are not compared.
        is_after_training: See `AnswerChanges`.
    """
    places = places_in(photos.all_digests, before.digests)
    rows = np.flatnonzero(places >= 0)
    earlier = _in_names_of(photos, before)[places[rows]]
    decided = photos.decided[rows]
    changed = (earlier != photos.answers[rows]) & (decided == UNDECIDED)
    was_corrected = (decided != UNDECIDED) & (decided != earlier)
    agrees = was_corrected & (photos.answers[rows] == decided)
    said_before = before.answers[places[rows[changed]]]
    return AnswerChanges(
        rows[changed], int(was_corrected.sum()), int(agrees.sum()), is_after_training, said_before, before.names
    )


def _in_names_of(photos: BoardColumns, before: KeptAnswers) -> NDArray[np.int32]:
    """Return the earlier answers as groups of other columns; a class that these do not have is like none of theirs."""
    index = {name: place for place, name in enumerate(photos.names)}
    new = np.array([index.get(name, _NO_ANSWER) for name in before.names] or [_NO_ANSWER], np.int32)
    return np.where(before.answers >= 0, new[np.maximum(before.answers, 0)], before.answers)
