"""The geometry of cells in sections, compared with a drawing that is made cell by cell."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QAbstractItemView

from tests.ui.grid.plain_photos import in_sections
from tlgui.ui.grid.cell_lines import CellLines

Move = QAbstractItemView.CursorAction
COLUMNS, PITCH, HEIGHT, HEADING = 4, 10, 20, 7
COUNTS = [(), (9,), (1, 4, 5, 11, 8), (3, 3, 3, 3), (30, 1, 1, 1, 30)]


def made(*counts: int, count: int = 23) -> CellLines:
    return CellLines(COLUMNS, PITCH, HEIGHT, sum(counts) or count, in_sections(*counts), HEADING)


def drawn(*counts: int, count: int = 23) -> tuple[list[QRect], list[int], int]:
    """Return the area of each cell, the top of each heading, and the height of all, drawn from top to bottom."""
    cells: list[QRect] = []
    headings: list[int] = []
    top = 0
    for number in counts or (count,):
        if counts:
            headings.append(top)
            top += HEADING
        for place in range(number):
            line, column = divmod(place, COLUMNS)
            cells.append(QRect(column * PITCH, top + line * HEIGHT, PITCH, HEIGHT))
        top += -(-number // COLUMNS) * HEIGHT
    return cells, headings, top


@pytest.mark.parametrize("counts", COUNTS)
def test_cells_and_headings_lie_where_they_are_drawn(counts: tuple[int, ...]) -> None:
    lines, (cells, headings, bottom) = made(*counts), drawn(*counts)
    assert lines.bottom == bottom
    assert [lines.corner(row) for row in range(len(cells))] == [(cell.left(), cell.top()) for cell in cells]
    for y in range(-5, bottom + 5):
        found = next((place for place, top in enumerate(headings) if top <= y < top + HEADING), None)
        assert lines.heading_at(y) == found
        for x in (-1, 0, 9, 10, 35, 40):
            under = next((row for row, cell in enumerate(cells) if cell.contains(x, y)), None)
            assert lines.row_at(x, y) == under, (x, y)


@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize(
    "area",
    [QRect(0, 0, 40, 200), QRect(5, 31, 12, 60), QRect(-9, -9, 9, 9), QRect(22, 100, 1, 1), QRect(0, 0, 99, 999)],
)
def test_rows_in_an_area_are_those_it_touches(counts: tuple[int, ...], area: QRect) -> None:
    lines, (cells, _, _) = made(*counts), drawn(*counts)
    touched = [row for row, cell in enumerate(cells) if cell.intersects(area)]
    assert lines.rows_in(QRegion(area)) == touched
    assert [row for first, last in lines.rows_touching(area) for row in range(first, last + 1)] == touched


@pytest.mark.parametrize("counts", COUNTS)
def test_up_and_down_go_to_the_line_beside_and_back(counts: tuple[int, ...]) -> None:
    lines, (cells, _, _) = made(*counts), drawn(*counts)
    tops = sorted({cell.top() for cell in cells})
    for row, cell in enumerate(cells):
        for action, step in ((Move.MoveDown, 1), (Move.MoveUp, -1)):
            line = tops.index(cell.top()) + step
            beside = [
                other for other in range(len(cells)) if 0 <= line < len(tops) and cells[other].top() == tops[line]
            ]
            wanted = min(beside[0] + cell.left() // PITCH, beside[-1]) if beside else row
            assert lines.moved(row, action, 50) == wanted, (row, action)


@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize("page", [1, 26, 40, 75])
def test_pages_go_through_all_cells_and_never_further_than_a_page(counts: tuple[int, ...], page: int) -> None:
    lines, (cells, _, _) = made(*counts), drawn(*counts)
    for action, start, end in ((Move.MovePageDown, 0, len(cells) - 1), (Move.MovePageUp, len(cells) - 1, 0)):
        row = start
        for _ in cells:
            moved = lines.moved(row, action, page)
            step = abs(cells[moved].top() - cells[row].top())
            assert step <= max(page, HEIGHT + HEADING)
            assert moved == end or step >= min(page, HEIGHT) - HEADING
            if moved == row:
                break
            row = moved
        assert cells[row].top() == cells[end].top()


def test_left_right_home_and_end_ignore_sections() -> None:
    lines = made(1, 4, 5)
    assert [lines.moved(row, Move.MoveRight, 50) for row in (0, 4, 9)] == [1, 5, 9]
    assert [lines.moved(row, Move.MoveLeft, 50) for row in (0, 1, 5)] == [0, 0, 4]
    assert (lines.moved(4, Move.MoveHome, 50), lines.moved(4, Move.MoveEnd, 50)) == (0, 9)


def test_without_cells_nothing_is_found() -> None:
    lines = CellLines(COLUMNS, PITCH, HEIGHT, 0)
    assert lines.bottom == 0
    assert lines.row_at(0, 0) is None
    assert lines.first_row_at(0) == -1
    assert lines.rows_in(QRegion(0, 0, 100, 100)) == []


def test_first_row_of_a_line_is_found_from_any_height_in_it() -> None:
    lines = made(1, 4, 5)
    tops = {row: lines.corner(row)[1] for row in (0, 1, 5, 9)}
    assert {row: lines.first_row_at(top) for row, top in tops.items()} == {0: 0, 1: 1, 5: 5, 9: 9}
    assert {row: lines.first_row_at(top + HEIGHT - 1) for row, top in tops.items()} == {0: 0, 1: 1, 5: 5, 9: 9}
    # From a heading on, it is the line below.
    assert lines.first_row_at(tops[5] - 1) == 5
