"""Finds photos of a grid by the first letters of their names, as they are typed."""

import os
from typing import Any

from PySide6.QtCore import QElapsedTimer
from PySide6.QtGui import QGuiApplication

from tlgui.ui.grid.photo_list import PhotoList


class NameSearch:
    """Finds photos by letters that are typed one after the other."""

    def __init__(self) -> None:
        self._typed = ""
        self._since_typed = QElapsedTimer()

    def row(self, photos: PhotoList[Any], letter: str, current: int) -> int | None:
        """Return the row that is meant once `letter` was typed too, from the row `current` on, or None."""
        is_late = not self._since_typed.isValid() or self._since_typed.hasExpired(
            QGuiApplication.styleHints().keyboardInputInterval()
        )
        self._since_typed.start()
        self._typed = letter if is_late else self._typed + letter
        # Repeating one letter moves to the next match.
        is_one = len(set(self._typed)) == 1
        start = max(current, 0) + (1 if is_one else 0)
        return _row_starting_with(photos, self._typed[0] if is_one else self._typed, start)


def _row_starting_with(photos: PhotoList[Any], text: str, start: int) -> int | None:
    """Return the first row from `start` on, wrapping around, with a name that begins with `text`, or None."""
    wanted, count = text.casefold(), len(photos)
    for step in range(count):
        row = (start + step) % count
        # pathlib is slow for 100,000 paths.
        if os.path.basename(photos.path(row)).casefold().startswith(wanted):  # noqa: PTH119 - see above
            return row
    return None
