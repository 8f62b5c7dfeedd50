"""The geometry of a grid of cells below headings: positions of rows, rows in a rectangle, and keyboard navigation."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Protocol, cast

from PySide6.QtCore import QRect
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QAbstractItemView

_Move = QAbstractItemView.CursorAction


class Section(Protocol):
    """Photos beside each other that stand below one heading."""

    @property
    def title(self) -> str:
        """The heading."""
        ...

    @property
    def start(self) -> int:
        """The first row."""
        ...

    @property
    def count(self) -> int:
        """The number of photos, at least one."""
        ...


class CellLines:
    """Cells of equal size, filled line by line; every section begins a line, below its heading.

    A position is found by bisection, because there may be thousands of sections.

    Args:
        columns: The number of cells in a line.
        pitch: The width of a cell, in pixels.
        height: The height of a cell, in pixels.
        count: The number of cells.
        sections: The sections, which follow each other and contain every cell; empty for a grid without headings.
        heading: The height of a heading, in pixels.

    Attributes:
        heading: The height of a heading; 0 without sections.
        bottom: The height of everything, in pixels.
    """

    def __init__(
        self, columns: int, pitch: int, height: int, count: int, sections: Sequence[Section] = (), heading: int = 0
    ) -> None:
        self._columns = columns
        self._pitch = pitch
        self._height = height
        self._last = count - 1
        self.heading = heading if sections else 0
        # Without sections, all cells are in one that has no heading.
        counts = [section.count for section in sections] or [count]
        ends = accumulate((self.heading + -(-number // columns) * height for number in counts), initial=0)
        self._starts = [section.start for section in sections] or [0]
        *self._tops, self.bottom = ends

    def corner(self, row: int) -> tuple[int, int]:
        """Return the left and the top of the cell of a row, in pixels."""
        section, line, column = self._place(row)
        return column * self._pitch, self._top(section, line)

    def row_at(self, x: int, y: int) -> int | None:
        """Return the row whose cell contains a point, or None."""
        column, section = x // self._pitch, self.section_at(y)
        line = (y - self._tops[section] - self.heading) // self._height
        if line < 0 or not 0 <= column < self._columns:
            return None
        row = self._starts[section] + line * self._columns + column
        return row if row <= self._last_of(section) else None

    def first_row_at(self, y: int) -> int:
        """Return the first row of the line at a height, or of the one below if there is a heading; -1 without cells."""
        section = self.section_at(y)
        line = max(0, y - self._tops[section] - self.heading) // self._height
        return min(self._starts[section] + line * self._columns, self._last)

    def section_of(self, row: int) -> int:
        """Return the number of the section of a row."""
        return bisect_right(self._starts, row) - 1

    def section_at(self, y: int) -> int:
        """Return the number of the section at a height; the first or the last one beyond the ends."""
        return max(0, bisect_right(self._tops, y) - 1)

    def heading_at(self, y: int) -> int | None:
        """Return the number of the section whose heading is at a height, or None."""
        section = self.section_at(y)
        return section if 0 <= y - self._tops[section] < self.heading else None

    def heading_top(self, section: int) -> int:
        """Return the top of the heading of a section; the bottom of everything for the number after the last."""
        return self._tops[section] if section < len(self._tops) else self.bottom

    def rows_touching(self, rect: QRect) -> list[tuple[int, int]]:
        """Return the first and last row of each line of cells that a rectangle touches."""
        left, right = max(0, rect.left() // self._pitch), min(self._columns - 1, rect.right() // self._pitch)
        if left > right or rect.bottom() < 0:
            return []
        found = []
        for section in range(self.section_at(rect.top()), self.section_at(rect.bottom()) + 1):
            above, last = self._tops[section] + self.heading, self._last_of(section)
            top, bottom = max(0, (rect.top() - above) // self._height), (rect.bottom() - above) // self._height
            bottom = min(bottom, (last - self._starts[section]) // self._columns)
            starts = (self._starts[section] + line * self._columns for line in range(top, bottom + 1))
            found += [(start + left, min(start + right, last)) for start in starts if start + left <= last]
        return found

    def rows_in(self, region: QRegion) -> list[int]:
        """Return the rows whose cells a region touches, in order."""
        # The type stubs lack its iterator.
        rects = cast("Iterable[QRect]", region)
        return sorted(
            {row for rect in rects for first, last in self.rows_touching(rect) for row in range(first, last + 1)}
        )

    def moved(self, row: int, action: QAbstractItemView.CursorAction, page_height: int) -> int:
        """Return the row that a cursor key moves to.

        Args:
            row: The present row.
            action: The movement of the key.
            page_height: The height in which cells are seen, in pixels.
        """
        if action in {_Move.MoveUp, _Move.MoveDown}:
            return self._line_beside(row, is_below=action is _Move.MoveDown)
        if action in {_Move.MovePageUp, _Move.MovePageDown}:
            page = max(self._height, page_height)
            # A line at least, where a heading takes the rest of the page.
            if action is _Move.MovePageUp:
                return min(self._page_above(row, page), self._line_beside(row, is_below=False))
            return max(self._page_below(row, page), self._line_beside(row, is_below=True))
        steps = {_Move.MoveHome: -row, _Move.MoveEnd: self._last - row, _Move.MoveLeft: -1, _Move.MovePrevious: -1}
        return max(0, min(row + steps.get(action, 1), self._last))

    def _line_beside(self, row: int, *, is_below: bool) -> int:
        section, line, column = self._place(row)
        if is_below and line == self._last_line(section):
            section, line = section + 1, 0
        elif is_below or line > 0:
            line += 1 if is_below else -1
        else:
            section -= 1
            line = self._last_line(section) if section >= 0 else 0
        return self._row(section, line, column) if 0 <= section < len(self._starts) else row

    def _page_above(self, row: int, page: int) -> int:
        """Return the row in the first line that begins within a page above."""
        section, line, column = self._place(row)
        goal = self._top(section, line) - page
        if goal - self.heading <= -self._height:
            return 0
        section = self.section_at(goal)
        line = max(0, -((self._tops[section] + self.heading - goal) // self._height))
        if line > self._last_line(section):
            section, line = section + 1, 0
        return self._row(section, line, column)

    def _page_below(self, row: int, page: int) -> int:
        """Return the row in the last line that begins within a page below."""
        section, line, column = self._place(row)
        goal = self._top(section, line) + page
        section = self.section_at(goal)
        line = (goal - self._tops[section] - self.heading) // self._height
        if line < 0:
            section -= 1
            line = self._last_line(section)
        return self._row(section, line, column) if line <= self._last_line(section) else self._last

    def _place(self, row: int) -> tuple[int, int, int]:
        """Return the section, the line in it, and the column of a row."""
        section = self.section_of(row)
        return section, *divmod(row - self._starts[section], self._columns)

    def _row(self, section: int, line: int, column: int) -> int:
        return min(self._starts[section] + line * self._columns + column, self._last_of(section))

    def _top(self, section: int, line: int) -> int:
        return self._tops[section] + self.heading + line * self._height

    def _last_of(self, section: int) -> int:
        return self._starts[section + 1] - 1 if section + 1 < len(self._starts) else self._last

    def _last_line(self, section: int) -> int:
        return (self._last_of(section) - self._starts[section]) // self._columns
