"""Moving photos to a class: by the dialog, to an existing or a new class, and by drag and drop."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QRect, Qt
from PySide6.QtGui import QDrag, QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.pictures import write_jpeg, write_split_collection
from tests.ui.dragging import drag_from, drop_on, enter, move_over, place_of
from tests.ui.photos.conftest import choose_rows
from tests.ui.waiting import Open
from tlgui.ui.grid import photo_drag
from tlgui.ui.grid.photo_drag import MIME_TYPE, drag_picture
from tlgui.ui.photos.move_dialog import MoveDialog
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session.session import Session

LEFT, NONE, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
Settle = Callable[[], None]
Meanwhile = Callable[[QDrag], None]


def choose(page: PhotosPage, *rows: int) -> None:
    choose_rows(page, *rows)
    QApplication.processEvents()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def owls(page: PhotosPage, birds: Path, open_folder: Open) -> PhotosPage:
    """Return the page with ten owls shown, and the first two of them selected."""
    open_folder(birds)
    page.view.table.choose(frozenset({"owl"}))
    choose(page, 0, 1)
    return page


class TestDialog:
    @staticmethod
    def ask(page: PhotosPage) -> MoveDialog:
        page.browser.move_to_class()
        return next(dialog for dialog in page.findChildren(MoveDialog) if dialog.isVisible())

    @staticmethod
    def offered(dialog: MoveDialog) -> list[str]:
        items = (dialog.classes.item(row) for row in range(dialog.classes.count()))
        return [item.text() for item in items if not item.isHidden()]

    @staticmethod
    def type_name(dialog: MoveDialog, text: str) -> None:
        dialog.search.clear()
        dialog.search.insert(text)

    def test_new_class_gets_the_photos_and_undo_leaves_nothing_of_it(
        self, owls: PhotosPage, session: Session, birds: Path, settle: Settle
    ) -> None:
        dialog = self.ask(owls)
        assert self.offered(dialog) == ["robin", "wren"]
        QTest.keyClicks(dialog.search, "  Barn owl ")
        assert self.offered(dialog) == ["New class “Barn owl”"]
        QTest.keyClick(dialog.search, Qt.Key.Key_Return)
        settle()
        assert names(birds / "Barn owl") == ["photo 000.jpg", "photo 001.jpg"]
        assert session.collection is not None
        assert session.collection.class_names == ("Barn owl", "owl", "robin", "wren")
        assert session.review.next_undo == "move 2 photos to “Barn owl”"

        session.review.undo()
        settle()
        assert names(birds) == ["owl", "robin", "wren"]
        assert len(names(birds / "owl")) == 10

    def test_it_comes_last_after_the_classes_that_are_found(self, owls: PhotosPage, birds: Path) -> None:
        dialog = self.ask(owls)
        QTest.keyClicks(dialog.search, "re")
        assert self.offered(dialog) == ["wren", "New class “re”"]
        assert dialog.classes.currentRow() == 1
        QTest.keyClick(dialog.search, Qt.Key.Key_Down)
        assert dialog.classes.currentItem().text() == "New class “re”"
        with_what: list[str] = []
        dialog.new_class_chosen.connect(with_what.append)
        dialog.reject()
        assert not with_what
        assert names(birds) == ["owl", "robin", "wren"]

    @pytest.mark.parametrize("text", ["WREN", " wrén ", "w-ren"])
    def test_class_that_is_there_is_meant_however_it_is_spelled(
        self, owls: PhotosPage, birds: Path, settle: Settle, text: str
    ) -> None:
        dialog = self.ask(owls)
        self.type_name(dialog, text)
        assert self.offered(dialog) == ["wren"]
        QTest.keyClick(dialog.search, Qt.Key.Key_Return)
        settle()
        assert names(birds) == ["owl", "robin", "wren"]
        assert len(names(birds / "wren")) == 12

    def test_class_the_photos_are_in_is_neither_offered_nor_made_anew(self, owls: PhotosPage) -> None:
        dialog = self.ask(owls)
        self.type_name(dialog, "Owl")
        assert self.offered(dialog) == []
        assert dialog.refusal_text.text() == "These photos are in “owl” already."
        assert not dialog.move_button.isEnabled()
        dialog.reject()

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (".", "dots alone"),
            ("a/b", "“/”"),
            ("con", "Windows keeps"),
            (".jay", "hidden"),
            ("jay.", "ends with a dot"),
        ],
    )
    def test_name_that_no_folder_can_have_is_refused_with_a_sentence(
        self, owls: PhotosPage, birds: Path, text: str, words: str
    ) -> None:
        dialog = self.ask(owls)
        assert not dialog.refusal.isVisible()
        self.type_name(dialog, text)
        assert not any("New class" in row for row in self.offered(dialog))
        assert dialog.refusal.isVisible()
        assert words in dialog.refusal_text.text()
        assert dialog.search.accessibleDescription() == dialog.refusal_text.text()
        QTest.keyClick(dialog.search, Qt.Key.Key_Return)
        assert dialog.isVisible()
        assert not dialog.move_button.isEnabled()
        self.type_name(dialog, "")
        assert not dialog.refusal.isVisible()
        assert dialog.move_button.isEnabled()
        dialog.reject()
        assert names(birds) == ["owl", "robin", "wren"]

    def test_name_typed_in_full_is_none_of_those_it_is_a_part_of(
        self, page: PhotosPage, birds: Path, open_folder: Open
    ) -> None:
        (birds / "barn owl").mkdir()
        write_jpeg(birds / "barn owl" / "a.jpg")
        open_folder(birds)
        page.view.table.choose(frozenset({"wren"}))
        choose(page, 0)
        dialog = self.ask(page)
        QTest.keyClicks(dialog.search, "owl")
        assert self.offered(dialog) == ["barn owl", "owl"]
        assert dialog.classes.currentItem().text() == "owl"
        dialog.reject()
        QApplication.processEvents()
        page.view.table.choose(frozenset({"owl"}))
        choose(page, 0)
        dialog = self.ask(page)
        QTest.keyClicks(dialog.search, "owl")
        assert self.offered(dialog) == ["barn owl"]
        assert dialog.refusal_text.text() == "This photo is in “owl” already."
        QTest.keyClick(dialog.search, Qt.Key.Key_Return)
        assert dialog.isVisible()
        dialog.reject()

    def test_in_a_divided_folder_each_photo_stays_in_its_part(
        self, page: PhotosPage, session: Session, tmp_path: Path, open_folder: Open, settle: Settle
    ) -> None:
        folder = write_split_collection(tmp_path / "own", ["owl", "wren"], photos=4)
        parts = names(folder)
        open_folder(folder)
        page.view.table.choose(frozenset({"owl"}))
        page.browser.select_all()
        dialog = self.ask(page)
        QTest.keyClicks(dialog.search, "train")
        assert self.offered(dialog) == ["New class “train”"]
        QTest.keyClick(dialog.search, Qt.Key.Key_Return)
        settle()
        assert all((folder / part / "train").is_dir() for part in parts)
        assert session.collection is not None
        assert session.collection.class_names == ("train", "wren")
        assert session.review.next_undo is not None
        assert session.review.next_undo.endswith("to “train”")
        session.review.undo()
        settle()
        assert all(names(folder / part) == ["owl", "wren"] for part in parts)

    def test_photos_beside_the_classes_make_the_first_class(
        self, page: PhotosPage, session: Session, tmp_path: Path, open_folder: Open, settle: Settle
    ) -> None:
        folder = tmp_path / "loose"
        folder.mkdir()
        for number in range(2):
            write_jpeg(folder / f"{number}.jpg", seed=number)
        open_folder(folder)
        page.view.findings.choose(session.review.report.findings[0].kind)
        page.browser.select_all()
        QApplication.processEvents()
        assert page.browser.can_move()
        dialog = self.ask(page)
        assert not dialog.move_button.isEnabled()
        QTest.keyClicks(dialog.search, "owl")
        QTest.keyClick(dialog.search, Qt.Key.Key_Return)
        settle()
        assert names(folder) == ["owl"]
        assert session.collection is not None
        assert session.collection.class_names == ("owl",)


class Dragging:
    """Replaces the drag of the platform: calls a function instead of following the mouse, then ends the drag."""

    def __init__(self) -> None:
        self.drags: list[QDrag] = []
        self.meanwhile: Meanwhile = lambda _drag: None

    def execute_drag(self, drag: QDrag) -> None:
        self.drags.append(drag)
        self.meanwhile(drag)


@pytest.fixture
def dragging(monkeypatch: pytest.MonkeyPatch) -> Dragging:
    dragging = Dragging()
    monkeypatch.setattr(photo_drag, "execute_drag", dragging.execute_drag)
    return dragging


def centre(page: PhotosPage, row: int) -> QPoint:
    grid = page.browser.grid
    return grid.visualRect(grid.photos.index(row)).center()


class TestDragging:
    def test_selected_photos_are_dropped_on_a_class_and_undone(
        self, owls: PhotosPage, session: Session, birds: Path, dragging: Dragging, settle: Settle
    ) -> None:
        table = owls.view.table

        def drop(drag: QDrag) -> None:
            assert enter(table, drag.mimeData())
            assert move_over(table, "wren", drag.mimeData())
            assert drop_on(table, "wren", drag.mimeData())

        dragging.meanwhile = drop
        drag_from(owls, centre(owls, 0))
        settle()
        assert len(dragging.drags) == 1
        assert names(birds / "owl") == [f"photo {number:03}.jpg" for number in range(2, 10)]
        assert "photo 000 (2).jpg" in names(birds / "wren")
        assert session.review.next_undo == "move 2 photos to “wren”"
        session.review.undo()
        settle()
        assert len(names(birds / "owl")) == len(names(birds / "wren")) == 10

    def test_row_under_the_mouse_is_marked_only_where_it_takes_them(self, owls: PhotosPage, dragging: Dragging) -> None:
        table = owls.view.table
        before = table.viewport().grab().toImage()
        taken: dict[str, bool] = {}
        marked: dict[str, bool] = {}

        def is_marked(name: str) -> bool:
            row = table.indexAt(place_of(table, name)).row()
            area = QRect(0, table.rowViewportPosition(row), table.viewport().width(), table.rowHeight(row))
            picture = table.viewport().grab().toImage()
            # Nothing else is marked.
            assert picture.copy(0, 0, area.width(), area.top()) == before.copy(0, 0, area.width(), area.top())
            return picture.copy(area) != before.copy(area)

        def look(drag: QDrag) -> None:
            assert enter(table, drag.mimeData())
            for name in ("All photos", "owl", "robin"):
                taken[name] = move_over(table, name, drag.mimeData())
                marked[name] = is_marked(name)
            assert not drop_on(table, "owl", drag.mimeData())
            assert enter(table, drag.mimeData())
            assert move_over(table, "robin", drag.mimeData())
            QApplication.sendEvent(table.viewport(), QDragLeaveEvent())
            assert not is_marked("robin")

        dragging.meanwhile = look
        drag_from(owls, centre(owls, 0))
        assert taken == marked == {"All photos": False, "owl": False, "robin": True}

    def test_photos_of_several_classes_can_go_to_one_of_them(
        self, page: PhotosPage, birds: Path, open_folder: Open, dragging: Dragging, settle: Settle
    ) -> None:
        open_folder(birds)
        page.browser.select_all()

        def drop(drag: QDrag) -> None:
            assert enter(page.view.table, drag.mimeData())
            assert drop_on(page.view.table, "owl", drag.mimeData())

        dragging.meanwhile = drop
        drag_from(page, centre(page, 0))
        settle()
        assert len(names(birds / "owl")) == 30
        # Photos that were in the class before keep their names.
        assert {f"photo {number:03}.jpg" for number in range(10)} < set(names(birds / "owl"))

    def test_class_that_was_emptied_leaves_all_photos_shown_after_undo_too(
        self, owls: PhotosPage, session: Session, birds: Path, dragging: Dragging, settle: Settle
    ) -> None:
        table = owls.view.table
        owls.browser.select_all()

        def drop(drag: QDrag) -> None:
            assert enter(table, drag.mimeData())
            assert drop_on(table, "wren", drag.mimeData())

        dragging.meanwhile = drop
        drag_from(owls, centre(owls, 0))
        settle()
        assert names(birds / "owl") == []
        assert (table.has_choice, table.chosen_classes()) == (True, frozenset())
        assert len(owls.browser.grid.photos.items) == 30
        session.review.undo()
        settle()
        assert (table.has_choice, table.chosen_classes()) == (True, frozenset())
        assert len(owls.browser.grid.photos.items) == 30

    def test_press_on_a_selected_photo_loses_the_others_only_when_it_is_let_go(
        self, owls: PhotosPage, dragging: Dragging
    ) -> None:
        grid = owls.browser.grid
        QTest.mousePress(grid.viewport(), LEFT, NONE, centre(owls, 1))
        assert len(grid.selected()) == 2
        QTest.mouseRelease(grid.viewport(), LEFT, NONE, centre(owls, 1))
        assert [item.path.name for item in grid.selected()] == ["photo 001.jpg"]
        assert not dragging.drags

    def test_photo_that_was_not_selected_is_dragged_alone(self, owls: PhotosPage, dragging: Dragging) -> None:
        dragged: list[str] = []
        dragging.meanwhile = lambda _drag: dragged.extend(item.path.name for item in owls.browser.grid.drag.items)
        drag_from(owls, centre(owls, 4))
        assert dragged == ["photo 004.jpg"]
        assert not owls.browser.grid.drag.items
        drag_from(owls, centre(owls, 5), CTRL)
        assert dragged[1:] == ["photo 004.jpg", "photo 005.jpg"]

    def test_between_the_photos_a_rubber_band_begins(self, owls: PhotosPage, dragging: Dragging) -> None:
        grid = owls.browser.grid
        QTest.mousePress(grid.viewport(), LEFT, NONE, QPoint(1, 1))
        for place in (centre(owls, 0) / 2, centre(owls, 0), centre(owls, 2)):
            QTest.mouseMove(grid.viewport(), place)
        QTest.mouseRelease(grid.viewport(), LEFT, NONE, centre(owls, 2))
        assert len(grid.selected()) == 3
        assert not dragging.drags

    def test_no_drag_begins_while_something_is_under_way(self, owls: PhotosPage, dragging: Dragging) -> None:
        owls.view.set_free(False)
        drag_from(owls, centre(owls, 0))
        assert not dragging.drags
        # A job that begins during a drag: nothing is accepted then.
        owls.view.set_free(True)

        def begin_work(drag: QDrag) -> None:
            assert enter(owls.view.table, drag.mimeData())
            assert move_over(owls.view.table, "wren", drag.mimeData())
            owls.view.set_free(False)
            assert not move_over(owls.view.table, "wren", drag.mimeData())
            assert not drop_on(owls.view.table, "wren", drag.mimeData())

        dragging.meanwhile = begin_work
        drag_from(owls, centre(owls, 0))
        assert len(dragging.drags) == 1

    def test_what_is_dragged_is_no_file_and_no_other_windows_photos(
        self, owls: PhotosPage, birds: Path, dragging: Dragging
    ) -> None:
        formats: list[str] = []
        dragging.meanwhile = lambda drag: formats.extend(drag.mimeData().formats())
        drag_from(owls, centre(owls, 0))
        assert formats == [MIME_TYPE]
        other = QMimeData()
        other.setData(MIME_TYPE, b"of another window")
        for data in (other, QMimeData()):
            assert not enter(owls.view.table, data)
            assert not move_over(owls.view.table, "wren", data)
            assert not drop_on(owls.view.table, "wren", data)
        assert len(names(birds / "owl")) == 10

    def test_number_and_the_photo_are_seen_under_the_mouse(self, owls: PhotosPage, dragging: Dragging) -> None:
        grid = owls.browser.grid
        drag_from(owls, centre(owls, 0))
        pixmap = dragging.drags[0].pixmap()
        assert not pixmap.isNull()
        pictures = [drag_picture(grid, None, number).toImage() for number in (1, 2, 3, 4)]
        assert all(one != other for one, other in itertools.pairwise(pictures))
