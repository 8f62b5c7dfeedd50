"""The classes: their pictures and bars, finding them, and photos from outside that are dropped on their rows."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, QUrl
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tests.pictures import write_collection, write_jpeg, write_named_photos, write_text
from tests.ui.dragging import drop_at, drop_data, enter_at, files_data, move_to, place_of
from tests.ui.waiting import Open, shown
from tlgui.errors import TlguiError
from tlgui.photos.collection import Collection, Photo, PhotoClass
from tlgui.photos.layouts import ClassSource, LayoutChoice
from tlgui.ui.photos.class_delegate import ClassDelegate
from tlgui.ui.photos.class_rows import NAME, PHOTO_ROLE, PHOTOS, SHARE_ROLE
from tlgui.ui.photos.class_table import ClassTable
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.tokens import Accent, colour

Settle = Callable[[], None]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class CountingDelegate(ClassDelegate):
    """Counts the rows it paints."""

    painted = 0

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.painted += 1
        super().paint(painter, option, index)


def bar_length(table: ClassTable, name: str) -> int:
    """Return how many pixels of the bar in the row of a class have its colour."""
    place = place_of(table, name)
    row = table.indexAt(place).row()
    area = QRect(0, table.rowViewportPosition(row), table.columnWidth(0), table.rowHeight(row))
    # Without the picture at its left.
    area.setLeft(table.rowHeight(row))
    image = table.viewport().grab(area).toImage()
    wanted = colour(Accent.TRAINING, table.palette())
    lines = [sum(image.pixelColor(x, y) == wanted for x in range(image.width())) for y in range(image.height())]
    return max(lines)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    folder.mkdir()
    return folder


@pytest.fixture
def opened(page: PhotosPage, birds: Path, open_folder: Open) -> PhotosPage:
    open_folder(birds)
    return page


class TestRows:
    def test_each_class_has_a_picture_its_name_and_a_bar_of_its_count(
        self, qtbot: QtBot, page: PhotosPage, birds: Path, open_folder: Open
    ) -> None:
        for name in ("photo 005.jpg", "photo 006.jpg", "photo 007.jpg", "photo 008.jpg", "photo 009.jpg"):
            (birds / "robin" / name).unlink()
        open_folder(birds)
        table = page.view.table
        model = table.model()
        shares = {model.index(row, 0).data(): model.index(row, 0).data(SHARE_ROLE) for row in range(4)}
        assert shares == {"All photos": None, "owl": 1.0, "robin": 0.5, "wren": 1.0}
        assert model.index(1, 0).data(PHOTO_ROLE) == birds / "owl" / "photo 000.jpg"
        assert table._loader is not None
        qtbot.waitUntil(lambda: birds / "owl" / "photo 000.jpg" in table._loader._cache)  # type: ignore[union-attr]
        full, half = (bar_length(table, name) for name in ("owl", "robin"))
        assert 0.4 * full < half < 0.6 * full

    def test_parts_are_in_the_tooltip_and_behind_a_switch(self, opened: PhotosPage) -> None:
        view = opened.view
        tip = view.table.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
        assert tip == "owl\n10 photos: 8 for training, 2 for validation"
        assert not view.split_bar.isVisible()
        QTest.mouseClick(view.parts_button, Qt.MouseButton.LeftButton)
        assert view.split_bar.isVisible()
        assert not view.table.isColumnHidden(2)
        QTest.mouseClick(view.parts_button, Qt.MouseButton.LeftButton)
        assert view.table.isColumnHidden(2)

    def test_many_classes_can_be_found_by_name(self, page: PhotosPage, tmp_path: Path, open_folder: Open) -> None:
        open_folder(write_collection(tmp_path / "many", 40, photos=2))
        view = page.view
        assert view.find_class.isVisible()
        view.table.choose(frozenset({"class 07"}))
        QTest.keyClicks(view.find_class, "S 3")
        assert view.table.model().rowCount() == 11
        # What was chosen is not shown any more, so all photos are.
        assert (view.table.has_choice, view.table.chosen_classes()) == (True, frozenset())
        assert len(page.browser.grid.photos.items) == 80
        view.find_class.clear()
        assert view.table.model().rowCount() == 41

    def test_few_classes_need_no_search(self, opened: PhotosPage) -> None:
        assert not opened.view.find_class.isVisible()

    def test_four_thousand_classes_are_shown_without_painting_them_all(self, qtbot: QtBot) -> None:
        table = ClassTable()
        qtbot.addWidget(table)
        classes = tuple(
            PhotoClass(f"class {number:04}", (Photo(Path(f"/x/{number}/a.jpg"), f"class {number:04}"),))
            for number in range(4096)
        )
        assert table._loader is not None
        delegate = CountingDelegate(table._loader, table)
        table.setItemDelegateForColumn(0, delegate)
        with shown(qtbot, table, 400, 600):
            table.show_collection(Collection(Path("/x"), classes), None)
            qtbot.waitUntil(lambda: delegate.painted > 0)
            assert delegate.painted < 100


class TestDroppedFiles:
    def test_photos_are_added_to_the_class_and_undone(
        self, opened: PhotosPage, session: Session, birds: Path, card: Path, settle: Settle
    ) -> None:
        table = opened.view.table
        new = [write_jpeg(card / name, seed=seed) for seed, name in enumerate(["photo 000.jpg", "new.jpg"])]
        assert drop_data(table.viewport(), files_data(*new), place_of(table, "wren"))
        settle()
        assert len(names(birds / "wren")) == 12
        assert {"new.jpg", "photo 000 (2).jpg"} < set(names(birds / "wren"))
        assert all(path.exists() for path in new)
        assert len(opened.browser.grid.photos.items) == 32
        assert session.review.next_undo == "add 2 photos to “wren”"
        session.review.undo()
        settle()
        assert len(names(birds / "wren")) == 10

    def test_folder_brings_its_photos_and_no_photo_is_told_by_name(
        self, opened: PhotosPage, session: Session, birds: Path, card: Path, settle: Settle
    ) -> None:
        table = opened.view.table
        (card / "trip").mkdir()
        write_jpeg(card / "trip" / "lark.jpg", seed=4711)
        note = write_text(card / "notes.jpg")
        said: list[object] = []
        session.job_started.connect(lambda job: job.succeeded.connect(said.append))
        assert drop_data(table.viewport(), files_data(card / "trip", note), place_of(table, "owl"))
        settle()
        assert "lark.jpg" in names(birds / "owl")
        assert [problem.path for problem in said[0].problems] == [note]  # type: ignore[attr-defined]

    def test_only_the_row_of_a_class_takes_them(self, opened: PhotosPage, card: Path) -> None:
        table = opened.view.table
        data = files_data(write_jpeg(card / "new.jpg"))
        assert enter_at(table.viewport(), data)
        assert move_to(table.viewport(), data, place_of(table, "owl"))
        assert not move_to(table.viewport(), data, place_of(table, "All photos"))
        below = place_of(table, "wren")
        below.setY(table.viewport().height() - 1)
        assert not drop_at(table.viewport(), data, below)
        model, elsewhere = files_data(card / "birds.tlmodel"), files_data()
        elsewhere.setUrls([QUrl("https://example.org/owl.jpg")])
        for other in (model, elsewhere):
            assert not move_to(table.viewport(), other, place_of(table, "owl"))

    def test_classes_without_folders_take_none(
        self, page: PhotosPage, session: Session, tmp_path: Path, card: Path, open_folder: Open, settle: Settle
    ) -> None:
        open_folder(write_named_photos(tmp_path / "loose"))
        session.read_as(LayoutChoice(ClassSource.NAMES))
        settle()
        table = page.view.table
        assert not move_to(table.viewport(), files_data(write_jpeg(card / "new.jpg")), place_of(table, "cat"))

    def test_while_a_job_is_under_way_it_says_so(
        self, opened: PhotosPage, session: Session, birds: Path, card: Path, settle: Settle
    ) -> None:
        table = opened.view.table
        problems: list[TlguiError] = []
        opened.problem_raised.connect(problems.append)
        session.scan_folder(birds)
        assert drop_data(table.viewport(), files_data(write_jpeg(card / "new.jpg")), place_of(table, "owl"))
        settle()
        assert len(names(birds / "owl")) == 10
        assert [error.message for error in problems] == ["Something is still under way."]


def test_picture_that_gets_its_one_class_leaves_no_copies(
    opened: PhotosPage, session: Session, birds: Path, open_folder: Open, settle: Settle
) -> None:
    shutil.copy(birds / "owl" / "photo 001.jpg", birds / "wren" / "twin.jpg")
    open_folder(birds)
    opened.view.table.choose(frozenset({"wren"}))
    twin = [item for item in opened.browser.grid.photos.items if item.path.name == "twin.jpg"]
    opened.browser.mover.move(twin, "owl")
    settle()
    titles = [finding.title for finding in session.review.report.findings if finding.title.startswith("1")]
    assert titles == []
    assert (birds / "owl" / "twin.jpg").exists()
    session.review.undo()
    settle()
    assert (birds / "wren" / "twin.jpg").exists()
    assert session.collection is not None
    assert not session.collection.left_out


def test_names_have_the_room_of_the_pictures_and_then_of_the_counts(
    qtbot: QtBot, page: PhotosPage, birds: Path, open_folder: Open
) -> None:
    open_folder(birds)
    table = page.view.table
    letter, side = table.fontMetrics().averageCharWidth(), ClassDelegate.side(table)
    # Alone, so that it can be made narrower than it asks to be.
    table.setParent(None)
    qtbot.addWidget(table)
    table.show()
    around = table._count_width + table.width() - table.viewport().width()
    cases = ((side + 18 * letter, True, True), (17 * letter, False, True), (15 * letter, False, False))
    for room, has_photos, has_counts in (*cases, cases[0]):
        table.resize(around + room, 300)
        QApplication.processEvents()
        assert table._delegate.shows_photos is has_photos, room
        assert table.isColumnHidden(PHOTOS) is not has_counts, room
        assert table.columnWidth(NAME) >= room
        qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
