"""Puts photos that look alike to a model into groups; see `tlgui.learning.looks` for what a look is.

To compare each of 100,000 photos with each other one would take minutes. So photos are divided roughly among cells:

1. Cells are found by spherical k-means (I. S. Dhillon and D. S. Modha, "Concept decompositions for large sparse text
   data using clustering", Machine Learning 42 (2001), 143-175).
2. In each cell the photo with the most look-alikes leads a group, then the one with the most of those left, and so on.
3. Of leaders that look alike, in whichever cells, the one of the largest group stays, and each photo joins the leader
   that it is most alike.
4. The photos that are left are grouped once more.

Where the pairs to be compared are too many, photos join leaders in the cells around their own, and pairs of photos on
the two sides of a border between cells may be missed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray
from tlgui.learning.looks import Looks, Rows

SINGLE = -1
"""The group of photos that look like no other one, or whose look is unknown."""
ALIKE_FROM = 0.7
"""The cosine from which two photos count as look-alikes."""

# Rows that are compared at once.
_MOST_IN_A_BLOCK = 2048
_MOST_TO_LEARN_FROM = 20_000
_ROUNDS = 4
_CELLS_AROUND = 12
# Within so many pairs, about two seconds, each row is compared with each other one.
_MOST_PAIRS = 500_000_000

Checkpoint = Callable[[], None]


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Groups of photos that look alike.

    Args:
        group_of: The group of each photo, int32 of shape (photos,): 0 is the largest; `SINGLE` for those in none.
        leaders: The row of the photo in the middle of each group; every photo of the group looks like it.
    """

    group_of: NDArray[np.int32]
    leaders: Rows

    def __len__(self) -> int:
        """Return how many groups there are."""
        return len(self.leaders)

    def in_order(self) -> Rows:
        """Return all rows group by group, the largest first and single photos at the end."""
        last = np.where(self.group_of == SINGLE, len(self), self.group_of)
        return np.argsort(last, kind="stable")


def _go_on() -> None:
    """Return at once, where there is no Stop."""


def group_look_alikes(looks: Looks, checkpoint: Checkpoint = _go_on, alike_from: float = ALIKE_FROM) -> LookAlikes:
    """Put photos that look alike into groups; the same looks give the same groups.

    100,000 photos take seconds, so it is run in a thread.

    Args:
        looks: The photos' looks, shape (photos, length).
        checkpoint: Called for each step; what it raises ends the work.
        alike_from: The cosine with the leader from which a photo is in its group, 0..1.
    """
    known = np.flatnonzero(looks.any(axis=1))
    leader_of = np.full(len(looks), SINGLE, np.intp)
    if len(known):
        leader_of[known] = known[_Grouping(looks[known], checkpoint, alike_from).leaders()]
    return _numbered(leader_of)


class _Grouping:
    """One call of `group_look_alikes`, on photos whose look is known."""

    def __init__(self, looks: Looks, checkpoint: Checkpoint, alike_from: float) -> None:
        self._looks = looks
        self._checkpoint = checkpoint
        self._alike_from = alike_from
        self._leader_of = np.full(len(looks), SINGLE, np.intp)

    def leaders(self) -> Rows:
        """Return the leader of each row; one that is in no other's group leads itself."""
        centres = self._centres()
        cell_of = self._cell_of(centres)
        cells = _members(cell_of, np.arange(len(cell_of)), len(centres))
        for cell in cells:
            self._group(cell)
        around = np.argsort(-(centres @ centres.T), axis=1, kind="stable")[:, :_CELLS_AROUND]
        self._join_leaders(cell_of, cells, around)
        left = np.flatnonzero(self._leader_of == SINGLE)
        for rows in [left] if len(left) ** 2 <= _MOST_PAIRS else _members(cell_of[left], left, len(centres)):
            self._group(rows)
        return self._leader_of

    def _block(self, rows: Rows) -> FloatArray:
        self._checkpoint()
        return self._looks[rows].astype(np.float32)

    def _centres(self) -> FloatArray:
        """Return the centres of the cells, about as many as each cell has rows."""
        count = len(self._looks)
        sample = _evenly(count, _MOST_TO_LEARN_FROM)
        centres = self._block(sample[_evenly(len(sample), int(np.sqrt(count)) if count > _MOST_IN_A_BLOCK else 1)])
        for _ in range(_ROUNDS if len(centres) > 1 else 0):
            sums = np.zeros_like(centres)
            for rows in _blocks(sample):
                block = self._block(rows)
                _add_by_cell(sums, (block @ centres.T).argmax(axis=1), block)
            lengths = np.linalg.norm(sums, axis=1, keepdims=True)
            # A centre that no row is nearest to stays where it is.
            centres = np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), centres)
        return centres

    def _cell_of(self, centres: FloatArray) -> Rows:
        every = np.arange(len(self._looks))
        return np.concatenate([(self._block(rows) @ centres.T).argmax(axis=1) for rows in _blocks(every)])

    def _group(self, rows: Rows) -> None:
        """Find the leader of each row among these rows."""
        leaders = rows[:0]
        for some in _blocks(rows):
            self._join(some, leaders)
            left = some[self._leader_of[some] == SINGLE]
            block = self._block(left)
            found = left[_leaders(block @ block.T >= self._alike_from)]
            self._leader_of[left] = found
            leaders = np.concatenate([leaders, np.unique(found)])

    def _join_leaders(self, cell_of: Rows, cells: list[Rows], around: Rows) -> None:
        """Let every row join a leader of the groups found so far, in its own cell or another."""
        leaders = _groups_by_size(self._leader_of)
        if len(leaders) ** 2 <= _MOST_PAIRS:
            leaders = self._without_alike(leaders)
        if len(leaders) * len(self._looks) <= _MOST_PAIRS:
            self._join(np.arange(len(self._looks)), leaders)
            return
        by_cell = _members(cell_of[leaders], leaders, len(cells))
        for cell, near in zip(cells, around, strict=True):
            self._join(cell, np.concatenate([by_cell[other] for other in near]))

    def _join(self, rows: Rows, leaders: Rows) -> None:
        """Let each row join the leader that it is most alike; one that is alike enough to none has none then."""
        for some in _blocks(rows):
            block, found = self._block(some), np.full(len(some), SINGLE, np.intp)
            most = np.full(len(some), np.nextafter(np.float32(self._alike_from), np.float32(-1)), np.float32)
            for few in _blocks(leaders):
                alike = block @ self._block(few).T
                best = alike.argmax(axis=1)
                likeness = alike[np.arange(len(some)), best]
                is_better = likeness > most
                most[is_better], found[is_better] = likeness[is_better], few[best[is_better]]
            self._leader_of[some] = found

    def _without_alike(self, leaders: Rows) -> Rows:
        """Return those leaders that are not alike an earlier one that stays."""
        kept = leaders[:0]
        for some in _blocks(leaders):
            block = self._block(some)
            for old in _blocks(kept):
                is_new = (block @ self._block(old).T).max(axis=1) < self._alike_from
                some, block = some[is_new], block[is_new]
            kept = np.concatenate([kept, some[_unlike_earlier(block @ block.T >= self._alike_from)]])
        return kept


def _blocks(rows: Rows) -> list[Rows]:
    return [rows[start : start + _MOST_IN_A_BLOCK] for start in range(0, len(rows), _MOST_IN_A_BLOCK)]


def _evenly(count: int, most: int) -> Rows:
    """Return at most so many of `count` places, at equal distances."""
    return np.linspace(0, count - 1, min(count, most)).astype(np.intp)


def _add_by_cell(sums: FloatArray, cell_of: Rows, block: FloatArray) -> None:
    """Add each row of a block to the sum of its cell; `np.add.at` takes ten times as long."""
    order = np.argsort(cell_of, kind="stable")
    cells, starts = np.unique(cell_of[order], return_index=True)
    sums[cells] += np.add.reduceat(block[order], starts)


def _members(cell_of: Rows, rows: Rows, count: int) -> list[Rows]:
    """Return the rows in each of `count` cells, in their order."""
    order = np.argsort(cell_of, kind="stable")
    return list(np.split(rows[order], np.searchsorted(cell_of[order], np.arange(1, count))))


def _leaders(is_alike: NDArray[np.bool_]) -> Rows:
    """Return the leader of each row: again and again, the row with the most look-alikes that are still free leads."""
    leader = np.arange(len(is_alike))
    counts = is_alike.sum(axis=1)
    # Most photos often look like no other one.
    rows = np.flatnonzero(counts > 1)
    is_alike, counts = is_alike[np.ix_(rows, rows)], counts[rows]
    is_free = np.ones(len(rows), np.bool_)
    while len(rows) and counts.max() > 1:
        first = int(counts.argmax())
        members = np.flatnonzero(is_alike[first] & is_free)
        leader[rows[members]] = rows[first]
        is_free[members] = False
        counts -= is_alike[members].sum(axis=0)
        counts[members] = 0
    return leader


def _unlike_earlier(is_alike: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows stay, where each that stays takes the later ones alike it away."""
    stays = np.ones(len(is_alike), np.bool_)
    for place in np.flatnonzero(is_alike.sum(axis=1) > 1):
        if stays[place]:
            stays[place + 1 :] &= ~is_alike[place, place + 1 :]
    return stays


def _groups_by_size(leader_of: Rows) -> Rows:
    """Return the leaders of more than one row, those of the largest groups first."""
    leaders, sizes = np.unique(leader_of[leader_of != SINGLE], return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    return leaders[order[sizes[order] > 1]]


def _numbered(leader_of: Rows) -> LookAlikes:
    leaders = _groups_by_size(leader_of)
    number = np.full(len(leader_of) + 1, SINGLE, np.int32)
    number[leaders] = np.arange(len(leaders), dtype=np.int32)
    # The number behind all rows is that of rows without a leader.
    return LookAlikes(number[leader_of], leaders)
