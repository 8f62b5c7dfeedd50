"""The grid of photos: cells, keyboard, mouse, and painting of visible photos only."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QRegion, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.pictures import write_jpeg, write_text
from tests.ui.grid.plain_photos import FOLDER, PlainDescriber, PlainPhoto, PlainSection, plain_photos
from tlgui.ui.grid.photo_cell import Cell
from tlgui.ui.grid.photo_grid import MOST_LINES, PhotoGrid
from tlgui.ui.grid.photo_list import ListedPhotos
from tlgui.ui.widgets.tokens import quiet_text

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Grid = PhotoGrid[PlainPhoto]
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def grid(qtbot: QtBot) -> Grid:
    grid: Grid = PhotoGrid()
    qtbot.addWidget(grid)
    grid.resize(800, 600)
    grid.show()
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)
    return grid


def show(grid: Grid, photos: Sequence[PlainPhoto]) -> int:
    """Show photos, and return the number of columns."""
    grid.show_items(ListedPhotos(photos), PlainDescriber())
    return grid.columns()


def rows(grid: Grid) -> list[int]:
    places = {item.path: row for row, item in enumerate(grid.photos.items)}
    return [places[item.path] for item in grid.selected()]


def centre(grid: Grid, row: int) -> QPoint:
    return grid.visualRect(grid.photos.index(row)).center()


def click(grid: Grid, row: int, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(grid.viewport(), LEFT, keys, centre(grid, row))


def test_cells_fill_the_lines_and_are_found_where_they_are(grid: Grid) -> None:
    columns = show(grid, plain_photos(100))
    assert columns > 2
    for row in (0, 1, columns, columns + 1):
        index = grid.photos.index(row)
        assert grid.indexAt(grid.visualRect(index).center()) == index
    below = grid.visualRect(grid.photos.index(columns))
    first = grid.visualRect(grid.photos.index(0))
    assert below.topLeft() == first.bottomLeft() + QPoint(0, 1)
    assert not grid.indexAt(QPoint(0, 0)).isValid()


def test_keyboard_goes_everywhere(grid: Grid) -> None:
    columns = show(grid, plain_photos(100))
    grid.setCurrentIndex(grid.photos.index(0))
    page = columns * (grid.viewport().height() // grid.cell_size.height())
    for key, row in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1 + columns),
        (Qt.Key.Key_Left, columns),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_PageDown, page),
        (Qt.Key.Key_End, 99),
        (Qt.Key.Key_Down, 99),
        (Qt.Key.Key_Home, 0),
    ):
        QTest.keyClick(grid, key)
        assert grid.currentIndex().row() == row
        assert grid.viewport().rect().contains(centre(grid, row))
        assert rows(grid) == [row]


def test_down_from_the_line_before_the_last_reaches_a_short_last_line(grid: Grid) -> None:
    columns = show(grid, plain_photos(10))
    count = 2 * columns + 1
    show(grid, plain_photos(count))
    grid.setCurrentIndex(grid.photos.index(2 * columns - 1))
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.currentIndex().row() == count - 1


def test_shift_selects_all_between_and_ctrl_single_ones(grid: Grid) -> None:
    columns = show(grid, plain_photos(100))
    click(grid, 1)
    click(grid, columns + 2, SHIFT)
    assert rows(grid) == list(range(1, columns + 3))
    click(grid, 2, CTRL)
    assert 2 not in rows(grid)
    click(grid, 0)
    QTest.keyClick(grid, Qt.Key.Key_Down, SHIFT)
    assert rows(grid) == list(range(columns + 1))
    # Backwards too, from where the selection began.
    click(grid, columns)
    QTest.keyClick(grid, Qt.Key.Key_Up, SHIFT)
    assert rows(grid) == list(range(columns + 1))


def test_rubber_band_selects_what_it_touches(grid: Grid) -> None:
    columns = show(grid, plain_photos(100))
    end = centre(grid, columns + 1)
    QTest.mousePress(grid.viewport(), LEFT, NONE, QPoint(1, 1))
    QTest.mouseMove(grid.viewport(), QPoint(end.x() // 2, end.y() // 2))
    QTest.mouseMove(grid.viewport(), end)
    assert rows(grid) == [0, 1, columns, columns + 1]
    QTest.mouseRelease(grid.viewport(), LEFT, NONE, end)
    assert rows(grid) == [0, 1, columns, columns + 1]


def test_hundred_thousand_are_selected_and_scrolled_to_at_once(qtbot: QtBot, grid: Grid) -> None:
    show(grid, plain_photos(100_000))
    with qtbot.waitSignal(grid.selection_changed):
        grid.selectAll()
    assert len(grid.selected()) == 100_000
    assert grid.selectionModel().selection().count() == 1
    QTest.keyClick(grid, Qt.Key.Key_End)
    assert grid.viewport().rect().contains(centre(grid, 99_999))
    assert grid.verticalScrollBar().value() == grid.verticalScrollBar().maximum()


def test_typing_finds_a_name(grid: Grid) -> None:
    names = ["Alder", "Birch", "Beech", "bramble", "Cedar"]
    show(grid, [PlainPhoto(FOLDER / f"{name}.jpg") for name in names])
    QTest.keyClicks(grid, "br")
    assert grid.currentIndex().row() == 3
    grid.setCurrentIndex(grid.photos.index(0))
    grid._search._since_typed.invalidate()
    for row in (1, 2, 3, 1):
        QTest.keyClicks(grid, "b")
        assert grid.currentIndex().row() == row


def test_enter_and_double_click_open(qtbot: QtBot, grid: Grid) -> None:
    show(grid, plain_photos(10))
    grid.setCurrentIndex(grid.photos.index(2))
    with qtbot.waitSignal(grid.open_requested):
        QTest.keyClick(grid, Qt.Key.Key_Return)
    with qtbot.waitSignal(grid.open_requested):
        QTest.mouseDClick(grid.viewport(), LEFT, NONE, centre(grid, 1))
    with qtbot.assertNotEmitted(grid.open_requested):
        QTest.mouseDClick(grid.viewport(), LEFT, NONE, QPoint(0, 0))


def test_page_takes_keys_first(qtbot: QtBot, grid: Grid) -> None:
    show(grid, plain_photos(10))
    grid.setCurrentIndex(grid.photos.index(2))
    taken: list[int] = []

    def take(event: QKeyEvent) -> bool:
        is_taken = event.text() in {"1", "u", " ", "\r"}
        if is_taken:
            taken.append(event.key())
        return is_taken

    grid.key_filter = take
    keys = [Qt.Key.Key_1, Qt.Key.Key_U, Qt.Key.Key_Space, Qt.Key.Key_Return]
    with qtbot.assertNotEmitted(grid.open_requested):
        for key in keys:
            QTest.keyClick(grid, key)
    assert taken == [int(key) for key in keys]
    assert (grid.currentIndex().row(), rows(grid)) == (2, [2])
    # What it leaves does what it always does.
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert grid.currentIndex().row() == 3
    QTest.keyClicks(grid, "p")
    assert grid.currentIndex().row() == 4


def test_photos_are_chosen_by_their_keys_and_scrolled_to_only_where_they_are_out_of_sight(grid: Grid) -> None:
    photos = plain_photos(300)
    show(grid, photos)
    grid.choose({str(photos[1].path), str(photos[2].path)})
    assert (rows(grid), grid.currentIndex().row(), grid.verticalScrollBar().value()) == ([1, 2], 1, 0)
    grid.choose({str(photos[200].path)})
    assert rows(grid) == [200]
    assert grid.viewport().rect().contains(centre(grid, 200))
    grid.choose({"not there"})
    assert rows(grid) == []


def test_lines_of_text_are_painted_in_their_styles(grid: Grid) -> None:
    grid.show_items(ListedPhotos(plain_photos(1)), PlainDescriber(line_count=3))
    grid.setCurrentIndex(grid.photos.index(-1))
    area = grid.visualRect(grid.photos.index(0))
    line, palette = grid.fontMetrics().height(), grid.palette()
    gap = max(4, line // 3)
    below = area.top() + grid._cells.side + 2 * gap + gap // 2
    picture = grid.viewport().grab().toImage()

    def tones(number: int) -> list[int]:
        part = picture.copy(area.left(), below + number * line, area.width(), line)
        return [part.pixelColor(x, y).lightness() for x in range(part.width()) for y in range(part.height())]

    text, quiet = palette.text().color().lightness(), quiet_text(palette).lightness()
    normal, bold, grey = tones(0), tones(1), tones(2)
    assert min(normal) < text + 20
    assert min(grey) > quiet - 10 > text
    # The bold words are hardly longer than the grey ones.
    assert sum(tone < 128 for tone in bold) > 1.3 * sum(tone < 128 for tone in grey)


def test_selection_and_place_stay_when_photos_go(grid: Grid) -> None:
    photos = plain_photos(200)
    show(grid, photos)
    grid.setCurrentIndex(grid.photos.index(150))
    model = grid.selectionModel()
    model.select(grid.photos.index(100), QItemSelectionModel.SelectionFlag.Select)
    top = grid.verticalScrollBar().value()
    assert top > 0
    show(grid, [item for number, item in enumerate(photos) if number != 120])
    assert rows(grid) == [100, 149]
    assert grid.currentIndex().row() == 149
    assert abs(grid.verticalScrollBar().value() - top) < grid.cell_size.height()
    # The current photo is gone: the one in its row becomes the current one.
    show(grid, photos[:100])
    assert rows(grid) == []
    assert grid.currentIndex().row() == 99


def test_larger_thumbnails_keep_what_is_in_the_middle(qtbot: QtBot, grid: Grid) -> None:
    columns = show(grid, plain_photos(500))
    grid.scrollTo(grid.photos.index(250), PhotoGrid.ScrollHint.PositionAtCenter)
    with qtbot.waitSignal(grid.size_changed) as changed:
        grid.set_lines(16)
    assert changed.args == [16]
    assert grid.columns() < columns
    middle = grid.indexAt(QPoint(grid.pitch() // 2, grid.viewport().height() // 2))
    assert abs(middle.row() - 250) <= columns
    turn = QWheelEvent(
        QPointF(50, 50), QPointF(50, 50), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, CTRL,
        Qt.ScrollPhase.NoScrollPhase, False,  # noqa: FBT003 - Qt's own signature
    )  # fmt: skip
    QApplication.sendEvent(grid.viewport(), turn)
    assert grid.lines == 17
    grid.set_lines(1000)
    assert grid.lines == MOST_LINES


@pytest.mark.parametrize("has_sections", [False, True])
def test_thumbnail_is_only_so_large_that_all_of_its_cell_is_seen(grid: Grid, *, has_sections: bool) -> None:
    photos = plain_photos(20)
    sections = [PlainSection("owl", 0, 20)] if has_sections else []
    grid.show_items(ListedPhotos(photos), PlainDescriber(), sections)
    grid.set_lines(MOST_LINES)
    for height in (150, 220, 900):
        grid.resize(800, height)
        grid.scrollTo(grid.photos.index(0))
        assert grid.is_seen(0), height
        assert grid.lines == MOST_LINES
    assert grid.cell_size.height() > MOST_LINES * grid.fontMetrics().height()


def test_only_what_is_seen_is_decoded(qtbot: QtBot, grid: Grid, tmp_path: Path) -> None:
    paths = [write_jpeg(tmp_path / f"{number:03}.jpg") for number in range(120)]
    write_text(paths[1])
    show(grid, [PlainPhoto(path) for path in paths])
    shown = len(grid.photos.items) // 4
    qtbot.waitUntil(lambda: {paths[0], paths[1], paths[5]} <= set(grid._loader._cache))
    assert paths[-1] not in grid._loader._cache
    assert len(grid._loader._cache) < shown + 10
    image = grid.viewport().grab().toImage()
    picture = centre(grid, 0)
    assert image.pixelColor(picture).red() > image.pixelColor(picture).blue() + 60
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: paths[-1] in grid._loader._cache)


def test_each_photo_has_an_accessible_name(grid: Grid) -> None:
    show(grid, [PlainPhoto(FOLDER / "a <b>&.jpg")])
    index = grid.photos.index(0)
    spoken = str(index.data(Qt.ItemDataRole.AccessibleTextRole))
    assert spoken == "a <b>&.jpg, spoken"
    tooltip = str(index.data(Qt.ItemDataRole.ToolTipRole))
    assert "a &lt;b&gt;&amp;.jpg" in tooltip
    assert "more" in tooltip


def test_states_are_painted_by_more_than_a_tint(grid: Grid) -> None:
    plain = plain_photos(1)
    show(grid, plain)
    grid.clearSelection()
    grid.setCurrentIndex(grid.photos.index(-1))
    before = grid.viewport().grab().toImage()
    show(grid, [PlainPhoto(plain[0].path, has_badge=True)])
    left_out = grid.viewport().grab().toImage()
    assert left_out != before
    grid.selectAll()
    chosen = grid.viewport().grab().toImage()
    frame = grid.inner(grid.visualRect(grid.photos.index(0))).topLeft() + QPoint(1, 10)
    assert chosen.pixelColor(frame) == grid.palette().highlight().color()


@pytest.fixture
def many_states(qtbot: QtBot, grid: Grid, tmp_path: Path) -> Grid:
    """Return the grid with real thumbnails, some selected or left out, in groups."""
    paths = [write_jpeg(tmp_path / f"{number:03}.jpg") for number in range(150)]
    photos = [PlainPhoto(path, number % 5 == 2, number // 3 % 2 == 0) for number, path in enumerate(paths)]
    grid.show_items(ListedPhotos(photos), PlainDescriber(line_count=3))
    for row in range(0, 150, 7):
        grid.selectionModel().select(grid.photos.index(row), QItemSelectionModel.SelectionFlag.Select)
    settle(qtbot, grid)
    return grid


def settle(qtbot: QtBot, grid: Grid) -> None:
    """Wait until every visible thumbnail is painted."""
    QApplication.processEvents()
    cells = grid._cells_in(QRegion(grid.viewport().rect()))
    qtbot.waitUntil(lambda: all(cell.path in grid._loader._cache for cell in cells))
    qtbot.waitUntil(lambda: not grid._arrivals._paths)
    QApplication.processEvents()


def on_screen(grid: Grid) -> QImage:
    return grid.screen().grabWindow(grid.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)


def painted_anew(grid: Grid) -> QImage:
    return grid.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_what_is_scrolled_looks_as_if_it_were_painted_anew(qtbot: QtBot, many_states: Grid) -> None:
    grid = many_states
    bar = grid.verticalScrollBar()
    for step in (3, 40, -7, 500, -90, bar.pageStep(), -1, 1):
        bar.setValue(bar.value() + step)
        settle(qtbot, grid)
        assert on_screen(grid) == painted_anew(grid)
    # Several steps before anything is painted, and while pictures are still being loaded.
    for step in (200, 5, -30, 77):
        bar.setValue(bar.value() + step)
    settle(qtbot, grid)
    assert on_screen(grid) == painted_anew(grid)


def test_rubber_band_is_scrolled_with_the_photos(qtbot: QtBot, many_states: Grid) -> None:
    grid = many_states
    grid.clearSelection()
    QTest.mousePress(grid.viewport(), LEFT, NONE, QPoint(1, 1))
    QTest.mouseMove(grid.viewport(), QPoint(100, 100))
    QTest.mouseMove(grid.viewport(), QPoint(300, 300))
    for step in (50, -20):
        grid.verticalScrollBar().setValue(grid.verticalScrollBar().value() + step)
        settle(qtbot, grid)
        assert on_screen(grid) == painted_anew(grid)
    QTest.mouseMove(grid.viewport(), QPoint(150, 120))
    QTest.mouseRelease(grid.viewport(), LEFT, NONE, QPoint(150, 120))
    settle(qtbot, grid)
    assert on_screen(grid) == painted_anew(grid)


def test_small_step_paints_only_what_comes_into_sight(
    qtbot: QtBot, many_states: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = many_states
    painted: list[int] = []
    paint = grid._cells.paint

    def noting(painter: QPainter, view: QWidget, cells: Sequence[Cell], width: int) -> None:
        painted.append(len(cells))
        paint(painter, view, cells, width)

    monkeypatch.setattr(grid._cells, "paint", noting)
    bar = grid.verticalScrollBar()
    for _ in range(5):
        painted.clear()
        bar.setValue(bar.value() + 4)
        qtbot.waitUntil(lambda: bool(painted))
        # At most the end of one line of cells and the beginning of the next.
        assert sum(painted) <= 2 * grid.columns()
        settle(qtbot, grid)
