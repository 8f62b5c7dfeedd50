"""What Undo takes back on the board, the newest first: decisions, and photos that were taken off it."""

import time
from collections import deque
from pathlib import Path

import numpy as np

from tlgui.text.numbers import count
from tlgui.ui.board.columns import Rows
from tlgui.ui.board.decision_log import DecisionLog

_MOST_STEPS = 100


class UndoSteps:
    """The steps.

    Args:
        log: Has the decisions.
    """

    def __init__(self, log: DecisionLog) -> None:
        self._log = log
        # From when to when decisions were made that are taken back together, on the monotonic clock.
        self._joined: deque[tuple[float, float]] = deque(maxlen=_MOST_STEPS)
        self._taken_off: deque[tuple[float, tuple[Path, ...]]] = deque(maxlen=_MOST_STEPS)

    @property
    def is_taking_off(self) -> bool:
        """Whether the last step took photos off the board, and was no decision."""
        return bool(self._taken_off) and (not self._log.next_undo or self._taken_off[-1][0] > self._log.next_undo_at)

    @property
    def words(self) -> str:
        """What the last step was; empty where there is none."""
        if self.is_taking_off:
            return f"take {count('photo', len(self._taken_off[-1][1]))} off this page"
        return self._log.next_undo

    @property
    def at(self) -> float:
        """When the last step was made, in seconds of the monotonic clock; only where there is one."""
        return self._taken_off[-1][0] if self.is_taking_off else self._log.next_undo_at

    def join(self, began: float) -> None:
        """Take back together what was decided since a moment."""
        self._joined.append((began, time.monotonic()))

    def take_off(self, paths: tuple[Path, ...]) -> None:
        """Remember that photos were taken off now."""
        self._taken_off.append((time.monotonic(), paths))

    def put_back(self) -> tuple[Path, ...]:
        """Forget the last step that took photos off, and return these."""
        return self._taken_off.pop()[1]

    def undo_decision(self) -> Rows:
        """Take back the last decision, but not where another window decided again; return the rows it was about."""
        at = self._log.next_undo_at if self._log.next_undo else 0.0
        since = next((began for began, ended in self._joined if began <= at <= ended), at)
        rows: Rows = np.array([], np.intp)
        while self._log.next_undo and self._log.next_undo_at >= since:
            rows = np.union1d(rows, self._log.undo())
        return rows

    def forget_taken_off(self) -> None:
        """Forget which photos were taken off, because the board was emptied."""
        self._taken_off.clear()
