"""Photos that another page asks for: what they are, what a model said, deciding about them, and the way back."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection
from tests.ui.photos.conftest import choose_rows
from tests.ui.waiting import Open
from tlgui import files
from tlgui.learning.runs.judgements import write_judgements
from tlgui.learning.trust import JudgedBy, PhotoJudgement
from tlgui.photos.health.findings import FindingKind
from tlgui.photos.storage.choices import Choices
from tlgui.ui.photos.move_dialog import MoveDialog
from tlgui.ui.photos.photo_items import PhotoOrder
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session.photo_selection import PhotoNote, PhotoSelection
from tlgui.ui.session.session import Session

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Settle = Callable[[], None]


def selection(birds: Path, *numbers: int, named: str = "wren", current: int | None = None) -> PhotoSelection:
    paths = tuple(birds / "robin" / f"photo {number:03d}.jpg" for number in numbers)
    notes = {path: PhotoNote("robin", named, 0.9 - place / 10) for place, path in enumerate(paths)}
    first = paths[current] if current is not None else None
    return PhotoSelection(f"{len(paths)} photos of “robin” that it called “{named}”", paths, notes, current=first)


def shown(page: PhotosPage) -> list[str]:
    return [item.path.name for item in page.browser.grid.photos.items]


def cells(page: PhotosPage, role: Qt.ItemDataRole = Qt.ItemDataRole.AccessibleTextRole) -> list[str]:
    photos = page.browser.grid.photos
    return [str(photos.index(row).data(role)) for row in range(len(photos.items))]


def press(button: QAbstractButton) -> None:
    QApplication.processEvents()
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, LEFT)


@pytest.fixture
def robins(page: PhotosPage, birds: Path, open_folder: Open) -> PhotosPage:
    """Return the page with three robins shown that were called wrens."""
    open_folder(birds)
    page.view.table.choose(frozenset({"owl"}))
    page.show_photos(selection(birds, 7, 2, 5))
    return page


def test_exactly_these_photos_are_shown_in_their_order(robins: PhotosPage) -> None:
    assert shown(robins) == ["photo 007.jpg", "photo 002.jpg", "photo 005.jpg"]
    bar = robins.browser.shown_bar
    assert bar.isVisible()
    assert bar.title.text() == "3 photos of “robin” that it called “wren”"
    assert bar.back_button.text().replace("&", "") == "Back to Results"
    assert not robins.view.table.selectionModel().hasSelection()
    assert robins.browser.filters.order.currentText() == "As listed"
    assert not robins.browser.filters.problem.isEnabled()


def test_each_photo_says_what_it_was_called_and_how_sure(robins: PhotosPage) -> None:
    assert cells(robins)[0].startswith("photo 007.jpg, robin, called “wren”, 90 % sure")
    assert "called “wren”, 70 % sure" in cells(robins, Qt.ItemDataRole.ToolTipRole)[2]
    texts = robins.browser.describer.texts
    assert (texts.class_names, texts.notes) == (True, True)
    choose_rows(robins, 1)
    QApplication.processEvents()
    assert robins.browser.about.text().startswith("Called “wren”, 80 % sure · photo 002.jpg · robin")


def test_photo_that_was_chosen_is_the_current_one(page: PhotosPage, birds: Path, open_folder: Open) -> None:
    open_folder(birds)
    page.show_photos(selection(birds, *range(9), current=6))
    current = page.browser.grid.current()
    assert current is not None
    assert current.path.name == "photo 006.jpg"
    assert [item.path.name for item in page.browser.selected()] == ["photo 006.jpg"]


def test_other_order_and_search_work_among_them(robins: PhotosPage) -> None:
    order = robins.browser.filters.order
    order.setCurrentIndex(order.findData(PhotoOrder.NAME))
    assert shown(robins) == ["photo 002.jpg", "photo 005.jpg", "photo 007.jpg"]
    robins.browser.filters.text.setText("005")
    QTest.keyClick(robins.browser.filters.text, Qt.Key.Key_Return)
    assert shown(robins) == ["photo 005.jpg"]


@pytest.mark.parametrize(
    ("key", "modifier"), [(Qt.Key.Key_Escape, NONE), (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)]
)
def test_keys_go_back(qtbot: QtBot, robins: PhotosPage, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    robins.activateWindow()
    qtbot.waitUntil(robins.browser.grid.hasFocus)
    with qtbot.waitSignal(robins.back_requested):
        QTest.keyClick(robins.browser.grid, key, modifier)
    assert len(shown(robins)) == 30
    assert not robins.browser.shown_bar.isVisible()
    with qtbot.assertNotEmitted(robins.back_requested):
        QTest.keyClick(robins.browser.grid, key, modifier)


def test_button_goes_back(qtbot: QtBot, robins: PhotosPage) -> None:
    with qtbot.waitSignal(robins.back_requested):
        press(robins.browser.shown_bar.back_button)


def test_class_finding_or_everything_replace_them(robins: PhotosPage, birds: Path) -> None:
    press(robins.browser.shown_bar.close_button)
    assert len(shown(robins)) == 30
    robins.show_photos(selection(birds, 1))
    robins.view.table.choose(frozenset({"owl"}))
    assert len(shown(robins)) == 10
    robins.show_photos(selection(birds, 1))
    robins.view.findings.choose(FindingKind.FEW_PHOTOS)
    assert not robins.browser.shown_bar.isVisible()
    assert len(shown(robins)) == 30


def test_moved_photo_leaves_them_and_undo_brings_it_back(
    robins: PhotosPage, session: Session, birds: Path, settle: Settle
) -> None:
    choose_rows(robins, 0)
    press(robins.browser.buttons["move"])
    dialog = next(dialog for dialog in robins.findChildren(MoveDialog) if dialog.isVisible())
    chosen = dialog.classes.currentItem()
    assert chosen is not None
    assert chosen.text() == "wren"
    press(dialog.move_button)
    settle()
    assert shown(robins) == ["photo 002.jpg", "photo 005.jpg"]
    assert (birds / "wren" / "photo 007 (2).jpg").exists()
    bar = robins.browser.shown_bar
    assert bar.explanation.text().endswith("One of them was moved to another class since, or is no longer there.")
    # To move it is an answer, too.
    assert len(Choices(files.workspace_path(birds), birds).confirmed()) == 1
    assert session.review.next_undo == "move 1 photo to “wren”"
    session.review.undo()
    settle()
    assert shown(robins) == ["photo 007.jpg", "photo 002.jpg", "photo 005.jpg"]
    assert "One of them" not in bar.explanation.text()
    assert Choices(files.workspace_path(birds), birds).confirmed() == frozenset()


def test_photos_called_right_are_remembered_until_that_is_undone(
    robins: PhotosPage, session: Session, birds: Path, settle: Settle
) -> None:
    choose_rows(robins, 0, 1)
    press(robins.browser.buttons["confirm"])
    settle()
    assert len(Choices(files.workspace_path(birds), birds).confirmed()) == 2
    assert len(shown(robins)) == 3
    assert (birds / "robin" / "photo 007.jpg").exists()
    session.review.undo()
    settle()
    assert Choices(files.workspace_path(birds), birds).confirmed() == frozenset()


def test_button_is_there_only_for_photos_that_were_called_otherwise(robins: PhotosPage, birds: Path) -> None:
    choose_rows(robins, 0)
    QApplication.processEvents()
    assert robins.browser.buttons["confirm"].isVisible()
    robins.show_photos(selection(birds, 3, named="robin"))
    choose_rows(robins, 0)
    QApplication.processEvents()
    assert not robins.browser.buttons["confirm"].isVisible()
    assert cells(robins)[0].startswith("photo 003.jpg, robin, recognised, 90 % sure")
    robins.view.show_everything()
    choose_rows(robins, 0)
    QApplication.processEvents()
    assert not robins.browser.buttons["confirm"].isVisible()
    assert not robins.browser.can_confirm()


def test_left_out_photo_stays_shown(robins: PhotosPage, session: Session, settle: Settle) -> None:
    choose_rows(robins, 1)
    press(robins.browser.buttons["leave_out"])
    settle()
    assert [item.is_left_out for item in robins.browser.grid.photos.items] == [False, True, False]
    assert session.review.next_undo == "leave 1 photo out"


def test_large_view_says_what_it_was_called_and_takes_the_answer(
    qtbot: QtBot, robins: PhotosPage, birds: Path, settle: Settle
) -> None:
    choose_rows(robins, 1)
    robins.browser.open_photo()
    view = robins.browser.opener.view
    assert view is not None
    qtbot.waitExposed(view)
    assert view.about.text().startswith("Called “wren”, 80 % sure · ")
    press(view.confirm_button)
    settle()
    assert len(Choices(files.workspace_path(birds), birds).confirmed()) == 1
    view.close()


def test_large_view_moves_to_the_class_that_was_named(
    qtbot: QtBot, robins: PhotosPage, birds: Path, settle: Settle
) -> None:
    choose_rows(robins, 1)
    robins.browser.open_photo()
    view = robins.browser.opener.view
    assert view is not None
    qtbot.waitExposed(view)
    assert view.move_button.text() == "&Move to “wren”"
    press(view.move_button)
    settle()
    assert (birds / "wren" / "photo 002 (2).jpg").exists()
    assert shown(robins) == ["photo 007.jpg", "photo 005.jpg"]
    view.close()
    robins.show_photos(selection(birds, 3, named="a class that is gone"))
    choose_rows(robins, 0)
    robins.browser.open_photo()
    assert not view.move_button.isVisible()
    view.close()


def test_another_folder_shows_its_own_photos(robins: PhotosPage, tmp_path: Path, open_folder: Open) -> None:
    open_folder(write_collection(tmp_path / "Fish", ["eel", "cod"], photos=4))
    assert not robins.browser.shown_bar.isVisible()
    assert len(shown(robins)) == 8


class TestDoubts:
    """The finding that lists doubtful photos."""

    @pytest.fixture
    def doubtful(
        self, qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, open_folder: Open, settle: Settle
    ) -> PhotosPage:
        """Return the page after a training whose model doubts three robins."""
        open_folder(birds)
        session.train()
        settle()
        (run,) = session.run_list.runs
        doubts = {f"robin/photo 00{number}.jpg": own for number, own in ((7, 0.001), (2, 0.01), (5, 0.03))}
        told = []
        for path in sorted(birds.glob("*/*.jpg")):
            name, place = path.parent.name, f"{path.parent.name}/{path.name}"
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            own = doubts.get(place, 0.97)
            named, probability = ("wren", 0.96 - own) if place in doubts else (name, own)
            told.append(PhotoJudgement(place, digest, name, named, probability, own, JudgedBy.OUT_OF_FOLD))
        write_judgements(run.judgements_path, told)
        session.run_list.changed.emit()
        qtbot.waitUntil(lambda: session.review.doubts is not None, timeout=10_000)
        page.view.findings.choose(FindingKind.OTHER_CLASS)
        return page

    def test_photos_are_listed_in_their_order_with_what_they_look_like(self, doubtful: PhotosPage) -> None:
        assert shown(doubtful) == ["photo 007.jpg", "photo 002.jpg", "photo 005.jpg"]
        assert doubtful.browser.finding_bar.title.text() == "3 photos look more like another class: look at these first"
        assert not doubtful.browser.finding_bar.button.isVisible()
        assert doubtful.browser.filters.order.currentText() == "As listed"
        assert "called “wren”, 96 % sure" in cells(doubtful)[0]
        assert doubtful.browser.describer.texts.notes

    def test_filter_shows_those_of_a_class(self, doubtful: PhotosPage) -> None:
        doubtful.view.table.choose(frozenset({"robin"}))
        assert not doubtful.browser.describer.texts.notes
        problem = doubtful.browser.filters.problem
        texts = [problem.itemText(place) for place in range(problem.count())]
        problem.setCurrentIndex(texts.index("More like another class (3)"))
        assert shown(doubtful) == ["photo 007.jpg", "photo 002.jpg", "photo 005.jpg"]
        assert doubtful.browser.describer.texts.notes
        assert doubtful.browser.filters.order.currentText() == "As listed"

    def test_photos_can_be_called_right_or_moved(
        self, qtbot: QtBot, doubtful: PhotosPage, birds: Path, settle: Settle
    ) -> None:
        choose_rows(doubtful, 1)
        press(doubtful.browser.buttons["confirm"])
        settle()
        qtbot.waitUntil(lambda: shown(doubtful) == ["photo 007.jpg", "photo 005.jpg"], timeout=10_000)
        assert len(Choices(files.workspace_path(birds), birds).confirmed()) == 1
        choose_rows(doubtful, 0)
        doubtful.browser.move_to_class()
        dialog = next(dialog for dialog in doubtful.findChildren(MoveDialog) if dialog.isVisible())
        chosen = dialog.classes.currentItem()
        assert chosen is not None
        assert chosen.text() == "wren"
        dialog.reject()
