"""The photos of the board as columns of numbers, so that 100,000 of them are filtered and counted at once.

Rows are photos in the order of their arrival, and keep their number until the board is emptied.
"""

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.results import ClassScore, Prediction
from tlgui.learning.trust import Caution, Trust, Verdict
from tlgui.ui.board.digest_places import places_in

NOT_SURE, UNLIKE, UNREADABLE = -1, -2, -3
"""The groups of photos that are not named; those of named ones are indices into `names`."""
UNDECIDED = -1

_MOST_SCORES = 10
# Memory that is not written to yet is only reserved, and copying many rows into a larger room would block the window.
_FIRST_ROOM = 1 << 17
_NO_CLASS = -1
_DIGEST_BYTES = 32

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class BoardPhoto:
    """One photo of the board.

    Args:
        row: Its number on the board.
        path: The file.
        scores: The most probable classes, most probable first; empty where the photo could not be read.
        verdict: What becomes of the model's answer; `NAMED` where a person decided.
        answer: The class that it is named as, by the model or the person; empty where it is not named.
        is_decided: Whether a person decided.
        error: Why the photo could not be read; empty where it could.
        digest: SHA-256 of its bytes; empty where unknown.
        time: When it was taken, or changed where it does not say, in seconds since 1970; None where unknown.
        distance: Cosine distance to the k-th nearest training photo; None where the model does not tell.
        decided_at: When the person decided, as an ISO 8601 time with its offset; empty where nobody did.
    """

    row: int
    path: Path
    scores: tuple[ClassScore, ...]
    verdict: Verdict
    answer: str
    is_decided: bool
    error: str
    digest: bytes
    time: float | None
    distance: float | None
    decided_at: str = ""

    @property
    def certainty(self) -> float | None:
        """The probability that the model gives its best class, 0..1; None without one."""
        return self.scores[0].probability if self.scores else None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided about some rows of columns, as the columns have it.

    Args:
        classes: The class of each, or `UNDECIDED`.
        moments: When each was decided.
    """

    classes: NDArray[np.integer[Any]]
    moments: NDArray[np.integer[Any]]


class BoardColumns:
    """The columns.

    Attributes:
        names: The classes: those of the model in its order, then others that a person named.
    """

    def __init__(self, class_names: Sequence[str] = (), trust: Trust | None = None) -> None:
        self.names: list[str] = list(class_names)
        self._index = {name: index for index, name in enumerate(self.names)}
        self._model_classes = len(self.names)
        self._trust = trust
        self._caution = Caution()
        self._paths: list[str] = []
        self._row_of: dict[str, int] = {}
        self._errors: dict[int, str] = {}
        # When a person decided: an entry for each moment, to which the column has the index.
        self._moments: list[str] = []
        self._size = 0
        self._arrays: dict[str, NDArray[Any]] = {
            "best": np.empty((_FIRST_ROOM, _MOST_SCORES), np.int32),
            "probabilities": np.empty((_FIRST_ROOM, _MOST_SCORES), np.float64),
            "distance": np.empty(_FIRST_ROOM, np.float64),
            "time": np.empty(_FIRST_ROOM, np.float64),
            "digest": np.empty((_FIRST_ROOM, _DIGEST_BYTES), np.uint8),
            "look": np.empty((_FIRST_ROOM, 0), np.float16),
            "decided": np.empty(_FIRST_ROOM, np.int32),
            "moment": np.empty(_FIRST_ROOM, np.int32),
            "answer": np.empty(_FIRST_ROOM, np.int32),
            "group": np.empty(_FIRST_ROOM, np.int32),
        }

    def __len__(self) -> int:
        """Return how many photos there are."""
        return self._size

    @property
    def groups(self) -> NDArray[np.int32]:
        """The group of each photo: an index into `names`, `NOT_SURE`, `UNLIKE` or `UNREADABLE`; not to be written."""
        return self._column("group")

    @property
    def answers(self) -> NDArray[np.int32]:
        """The group that the model itself puts each photo in, whatever a person decided; not to be written."""
        return self._column("answer")

    @property
    def decided(self) -> NDArray[np.int32]:
        """The class that a person decided on, an index into `names`, or `UNDECIDED`; not to be written."""
        return self._column("decided")

    @property
    def best(self) -> NDArray[np.int32]:
        """The most probable class of each photo, an index into `names`; negative where it could not be read."""
        return self._column("best")[:, 0]

    @property
    def certainties(self) -> NDArray[np.float64]:
        """The probability of the best class of each photo, 0..1; 0 where it could not be read."""
        return self._column("probabilities")[:, 0]

    @property
    def times(self) -> NDArray[np.float64]:
        """When each photo was taken or changed, in seconds since 1970; NaN where unknown."""
        return self._column("time")

    @property
    def looks(self) -> NDArray[np.float16]:
        """What each photo looks like to the model, unit vectors of shape (photos, length); length 0 where unknown."""
        return self._column("look")

    @property
    def paths(self) -> Sequence[str]:
        """The path of each photo."""
        return self._paths

    def digest(self, row: int) -> bytes:
        """Return the SHA-256 of a photo's bytes; empty where unknown."""
        found = self._arrays["digest"][row].tobytes()
        return found if any(found) else b""

    @property
    def all_digests(self) -> NDArray[np.uint8]:
        """The SHA-256 of each photo's bytes, shape (photos, 32); zeros where unknown; not to be written."""
        return self._column("digest")

    def probabilities_of(self, index: int, size: int) -> NDArray[np.float64] | None:
        """Return what probability the model gives a class for the first photos; None where it does not know it."""
        if index >= self._model_classes:
            return None
        best, probabilities = self._arrays["best"][:size], self._arrays["probabilities"][:size]
        found: NDArray[np.float64] = np.where(best == index, probabilities, 0).max(axis=1)
        return found

    def digests(self, rows: Rows) -> NDArray[np.uint8]:
        """Return the SHA-256 of photos' bytes, shape (rows, 32); zeros where unknown."""
        return self._arrays["digest"][rows]

    def rows_with(self, digests: NDArray[np.uint8]) -> Rows:
        """Return the rows of photos with given content, ascending; copies of one photo are several rows.

        Args:
            digests: Known digests, shape (any, 32).
        """
        return np.flatnonzero(places_in(self.all_digests, digests) >= 0)

    def row_of(self, path: Path) -> int | None:
        """Return the row of a path, or None."""
        return self._row_of.get(str(path))

    def photo(self, row: int) -> BoardPhoto:
        """Return one photo."""
        arrays, group = self._arrays, int(self._arrays["group"][row])
        # Asked for each photo that is painted: single numbers of an array are slow.
        best, probabilities = arrays["best"][row].tolist(), arrays["probabilities"][row].tolist()
        scores = tuple(
            ClassScore(self.names[index], probability)
            for index, probability in zip(best, probabilities, strict=True)
            if index != _NO_CLASS
        )
        distance, time = float(arrays["distance"][row]), float(arrays["time"][row])
        return BoardPhoto(
            row,
            Path(self._paths[row]),
            scores,
            {NOT_SURE: Verdict.NOT_SURE, UNLIKE: Verdict.UNLIKE}.get(group, Verdict.NAMED),
            self.names[group] if group >= 0 else "",
            bool(arrays["decided"][row] != UNDECIDED),
            self._errors.get(row, ""),
            self.digest(row),
            None if math.isnan(time) else time,
            None if math.isnan(distance) else distance,
            self._moments[moment] if (moment := int(arrays["moment"][row])) != UNDECIDED else "",
        )

    def copied(self) -> "BoardColumns":
        """Return a copy for another thread, without what photos look like."""
        copied = copy.copy(self)
        arrays = {name: array[: self._size].copy() for name, array in self._arrays.items() if name != "look"}
        vars(copied).update({name: copy.copy(value) for name, value in vars(self).items()}, _arrays=arrays)
        return copied

    def without(self, rows: Rows) -> "BoardColumns":
        """Return these columns without some photos, to be used instead of these; the photos after them move up."""
        left = np.delete(np.arange(self._size), rows)
        new_row = {row: place for place, row in enumerate(left.tolist())}
        paths = [self._paths[row] for row in new_row]
        made = copy.copy(self)
        vars(made).update(
            _paths=paths,
            _row_of={path: place for place, path in enumerate(paths)},
            _errors={new_row[row]: error for row, error in self._errors.items() if row in new_row},
            _size=len(left),
            # Room for one photo at least, which is what grows.
            _arrays={name: array[left if len(left) else [0]] for name, array in self._arrays.items()},
        )
        return made

    def move(self, places: Mapping[str, str]) -> Rows:
        """Give photos the paths that they were moved to.

        Args:
            places: The new path by the old one; of files that are not on the board too.

        Returns:
            The rows.
        """
        found = [(row, old, new) for old, new in places.items() if (row := self._row_of.get(old)) is not None]
        for _, old, _ in found:
            del self._row_of[old]
        for row, _, new in found:
            self._paths[row] = new
            self._row_of[new] = row
        return np.array([row for row, _, _ in found], np.intp)

    def put(self, predictions: Sequence[Prediction]) -> Rows:
        """Add predictions; one of a path that is there already takes its row.

        Returns:
            The rows, in the order of `predictions`.
        """
        rows = np.fromiter((self._row(prediction.path) for prediction in predictions), np.intp, len(predictions))
        for row, prediction in zip(rows, predictions, strict=True):
            self._fill(int(row), prediction)
        self.judge(self._caution, rows)
        return rows

    def decide(self, rows: Rows, class_name: str | None, moment: str = "") -> None:
        """Set what a person decided; None where nothing.

        Args:
            rows: The photos.
            class_name: The class that they show.
            moment: When it was decided, as an ISO 8601 time with its offset.
        """
        if class_name is None:
            self.set_decided(rows, np.full(len(rows), UNDECIDED), np.full(len(rows), UNDECIDED), ())
        else:
            index = self.class_index(class_name)
            self.set_decided(rows, np.full(len(rows), index), np.zeros(len(rows), np.intp), [moment])

    def set_decided(
        self, rows: Rows, classes: NDArray[np.integer[Any]], moments: NDArray[np.integer[Any]], times: Sequence[str]
    ) -> Rows:
        """Set what a person decided about each photo, and return the rows that this changed.

        Args:
            rows: The photos.
            classes: The class of each, an index into `names` or `UNDECIDED`.
            moments: When each was decided, an index into `times` or `UNDECIDED`.
            times: ISO 8601 times with their offset.
        """
        placed = np.where(moments == UNDECIDED, UNDECIDED, moments + len(self._moments))
        self._moments += times
        return self.put_back(rows, Decided(classes, placed))

    def decisions(self, rows: Rows) -> "Decided":
        """Return what a person decided about photos, for `put_back`."""
        return Decided(self._arrays["decided"][rows], self._arrays["moment"][rows])

    def put_back(self, rows: Rows, decided: "Decided") -> Rows:
        """Set what a person decided about each photo to what it was, and return the rows that this changed."""
        arrays = self._arrays
        changed: Rows = rows[arrays["decided"][rows] != decided.classes]
        arrays["decided"][rows], arrays["moment"][rows] = decided.classes, decided.moments
        self.judge(self._caution, changed)
        return changed

    def class_index(self, class_name: str) -> int:
        """Return the index of a class in `names`, which is added where it is new."""
        if class_name not in self._index:
            self._index[class_name] = len(self.names)
            self.names.append(class_name)
        return self._index[class_name]

    def judge(self, caution: Caution, rows: Rows | None = None) -> None:
        """Judge photos by a caution; the rule is that of `learning.trust.verdict`.

        Args:
            caution: What the user chose; it is kept for the rows that follow.
            rows: The rows; None for all.
        """
        self._caution = caution
        chosen: Rows = np.arange(self._size) if rows is None else rows
        arrays = self._arrays
        best, probability = arrays["best"][chosen, 0], arrays["probabilities"][chosen, 0]
        group = best.copy()
        if self._trust is not None:
            promise = None if caution.wrong_at_most is None else self._trust.promise(caution.wrong_at_most)
            if promise is not None and self._model_classes:
                thresholds = promise.class_thresholds if caution.is_by_class else [promise.threshold]
                limits = np.array([-1.0 if limit is None else limit for limit in thresholds])
                needed = limits[np.maximum(best, 0)] if caution.is_by_class else limits[0]
                group[(probability < needed) & (best != _NO_CLASS)] = NOT_SURE
            if self._trust.novelty is not None:
                with np.errstate(invalid="ignore"):
                    group[arrays["distance"][chosen] > self._trust.novelty.limit] = UNLIKE
        group[best == _NO_CLASS] = UNREADABLE
        arrays["answer"][chosen] = group
        decided = arrays["decided"][chosen]
        arrays["group"][chosen] = np.where(decided == UNDECIDED, group, decided)

    def counts(self) -> dict[int, int]:
        """Return how many photos are in each group that has any."""
        found, counts = np.unique(self.groups, return_counts=True)
        return dict(zip(found.tolist(), counts.tolist(), strict=True))

    def photos(self, rows: Rows) -> Iterator[BoardPhoto]:
        """Yield photos."""
        for row in rows.tolist():
            yield self.photo(row)

    def _row(self, path: Path) -> int:
        key = str(path)
        row = self._row_of.get(key)
        if row is None:
            row = self._row_of[key] = self._size
            self._paths.append(key)
            self._size += 1
            if self._size > len(self._arrays["group"]):
                self._arrays = {name: _doubled(array) for name, array in self._arrays.items()}
            self._arrays["digest"][row] = 0
            self._arrays["decided"][row] = self._arrays["moment"][row] = UNDECIDED
        return row

    def _fill(self, row: int, prediction: Prediction) -> None:
        arrays, scores = self._arrays, prediction.scores[:_MOST_SCORES]
        arrays["best"][row], arrays["probabilities"][row] = _NO_CLASS, 0
        for place, score in enumerate(scores):
            arrays["best"][row, place] = self.class_index(score.class_name)
            arrays["probabilities"][row, place] = score.probability
        arrays["distance"][row] = np.nan if prediction.distance is None else prediction.distance
        arrays["time"][row] = np.nan if prediction.time is None else prediction.time
        digest = np.frombuffer(prediction.digest.ljust(_DIGEST_BYTES, b"\0"), np.uint8)
        if (arrays["digest"][row] != digest).any():
            # What was decided belongs to the content that the file had.
            arrays["decided"][row] = arrays["moment"][row] = UNDECIDED
        arrays["digest"][row] = digest
        look = np.frombuffer(prediction.look, np.float16)
        if look.size and arrays["look"].shape[1] != look.size:
            arrays["look"] = np.zeros((len(arrays["look"]), look.size), np.float16)
        arrays["look"][row] = look if look.size else 0
        self._errors.pop(row, None)
        if prediction.error:
            self._errors[row] = prediction.error

    def _column(self, name: str) -> NDArray[Any]:
        return self._arrays[name][: self._size]


def _doubled(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy with twice the rows; the new ones are filled before they are read."""
    # Zeros that are not written to take no memory.
    grown = np.zeros((2 * max(1, len(array)), *array.shape[1:]), array.dtype)
    grown[: len(array)] = array
    return grown
