"""Sort into folders, as the user does it: the dialog, the job, and Undo, after a restart too."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.shell.driving import action, answer, train
from tests.ui.shell.sorting import (
    NAMES,
    SORTED,
    asked,
    button,
    card,
    name_photos,
    places,
    planned,
    press,
    restarted,
    sort,
    undo,
)
from tlgui.photos.mending.records import Act
from tlgui.photos.sidecars.xmp_merge import own_fields
from tlgui.ui.predict.sort_choices import CHOICES
from tlgui.ui.predict.sort_dialog import SortDialog
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.menus.menu import MenuTitle
from tlgui.ui.widgets.lines_dialog import LinesDialog


def test_without_photos_there_is_nothing_to_sort(window: MainWindow) -> None:
    assert not action(window, "sort").isEnabled()
    assert not action(window, "go-on-sorting").isEnabled()
    assert action(window, "go-on-sorting").text() == "&Go on sorting"


def test_dialog_says_what_it_will_do_and_does_it(qtbot: QtBot, named: MainWindow, photos: Path, into: Path) -> None:
    dialog = asked(qtbot, named, into)
    assert dialog.sort_button.text() == "Copy 4 photos"
    assert dialog.preview.headline.text() == "4 photos are copied into 3 folders"
    rows = dialog.preview.table.model()
    shown = [[rows.index(row, column).data() for column in (0, 1)] for row in range(rows.rowCount())]
    assert shown == [["owl", "2"], ["robin", "1"], ["wren", "1"]]
    assert "needed" in dialog.preview.room.text()
    assert "free" in dialog.preview.room.text()
    assert not into.exists(), "a preview changes nothing"

    press(qtbot, named, dialog)

    assert places(into) == SORTED
    assert places(photos) == set(NAMES)
    assert named.messages.message.text() == "Copied 4 photos into folders in “sorted”."
    assert named.messages.offer_button.text() == "Show folder"
    assert action(named, "undo").text() == "&Undo: copy 4 photos into folders in “sorted”"


@pytest.mark.parametrize("act", [Act.COPY, Act.MOVE, Act.LINK])
def test_each_way_of_sorting_is_taken_back_by_undo(
    qtbot: QtBot, named: MainWindow, photos: Path, into: Path, act: Act
) -> None:
    before = {path: path.read_bytes() for path in photos.iterdir()}

    sort(qtbot, named, into, act)
    assert places(into) == SORTED
    assert places(photos) == (set() if act is Act.MOVE else set(NAMES))

    undo(qtbot, named)
    assert not into.exists()
    assert {path: path.read_bytes() for path in photos.iterdir()} == before
    assert named.messages.message.text().startswith("Undone: ")
    assert not action(named, "undo").isEnabled()


def test_moved_photos_stay_on_the_board_with_their_answers_and_can_be_sorted_again(
    qtbot: QtBot, named: MainWindow, photos: Path, into: Path, tmp_path: Path
) -> None:
    board = named.predict.board
    board.decide(np.array([board.photos.row_of(photos / "owl 1.jpg")], np.intp), "eagle", "name it eagle")
    qtbot.waitUntil(lambda: "eagle" in board.photos.names)

    sort(qtbot, named, into, Act.MOVE)
    row = board.photos.row_of(into / "eagle" / "owl 1.jpg")
    assert row is not None
    assert (board.photos.photo(row).answer, board.photos.photo(row).is_decided) == ("eagle", True)
    assert board.photos.row_of(photos / "owl 1.jpg") is None

    again = tmp_path / "again"
    sort(qtbot, named, again, Act.MOVE)
    assert places(again) == {"eagle/owl 1.jpg", "owl/owl 2.jpg", "robin/robin 1.jpg", "wren/wren 1.jpg"}
    undo(qtbot, named)
    undo(qtbot, named)
    assert places(photos) == set(NAMES)
    assert board.photos.row_of(photos / "owl 1.jpg") == row


def doubled_letters(widget: QWidget, *others: str) -> list[str]:
    texts = [button.text() for button in widget.findChildren(QAbstractButton) if button.isVisible()]
    letters = Counter(QKeySequence.mnemonic(text).toString() for text in (*texts, *others))
    return [letter for letter, times in letters.items() if letter and times > 1]


def test_no_letter_of_the_page_is_another_buttons_or_a_menus(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    menus = [title.value for title in MenuTitle]
    train(qtbot, window, birds)
    window.commands.show_predict()
    page = window.pages.predict
    assert doubled_letters(page, *menus) == []
    name_photos(qtbot, window, birds, card(birds.parent / "new"))
    assert page.view.pane.full_button.isVisible()
    page.suggestion.show()
    assert doubled_letters(page, *menus) == []


def test_no_letter_of_the_dialog_is_given_twice(qtbot: QtBot, named: MainWindow, into: Path) -> None:
    dialog = asked(qtbot, named, into)
    for act in (Act.COPY, Act.MOVE, Act.LINK):
        dialog.form.choose_act(act)
        planned(qtbot, dialog)
        assert doubled_letters(dialog) == []


def test_decisions_and_sorts_are_undone_in_one_order(qtbot: QtBot, named: MainWindow, photos: Path, into: Path) -> None:
    board = named.predict.board
    first, second = (np.array([board.photos.row_of(photos / name)], np.intp) for name in NAMES[:2])
    board.decide(first, "eagle", "name the first eagle")
    sort(qtbot, named, into)
    board.decide(second, "eagle", "name the second eagle")

    assert action(named, "undo").text() == "&Undo: name the second eagle"
    action(named, "undo").trigger()
    # As the key U does.
    assert "Taken back: name the second eagle." in named.pages.predict.summary.text()
    assert named.pages.predict.view.selected().tolist() == second.tolist()
    qtbot.waitUntil(lambda: action(named, "undo").text() == "&Undo: copy 4 photos into folders in “sorted”")
    undo(qtbot, named)
    assert not into.exists()
    assert action(named, "undo").text() == "&Undo: name the first eagle"
    action(named, "undo").trigger()
    qtbot.waitUntil(lambda: not action(named, "undo").isEnabled())


def test_sort_is_undone_after_a_restart(
    qtbot: QtBot, named: MainWindow, fake_engine: FakeEngine, photos: Path, into: Path
) -> None:
    sort(qtbot, named, into, Act.MOVE)
    window = restarted(qtbot, fake_engine)
    qtbot.waitUntil(lambda: action(window, "undo").isEnabled())
    assert action(window, "undo").text() == "&Undo: move 4 photos into folders in “sorted”"
    action(window, "undo").trigger()
    answer(window, "Cancel")
    assert places(into) == SORTED
    action(window, "undo").trigger()
    with qtbot.waitSignal(window.session.job_ended, timeout=20_000):
        answer(window, "Take it back")
    assert places(photos) == set(NAMES)
    assert not into.exists()


def test_what_was_changed_since_stays_and_is_listed(qtbot: QtBot, named: MainWindow, into: Path) -> None:
    sort(qtbot, named, into)
    for place in SORTED:
        write_jpeg(into / place, seed=99)

    undo(qtbot, named)

    assert places(into) == SORTED
    assert "Undone, except for 4" in named.messages.message.text()
    assert "changed since" in named.messages.hint.text()
    button(named, "List them…")
    (details,) = [each for each in named.findChildren(LinesDialog) if each.isVisible()]
    assert details.lines.model().rowCount() == 4
    assert not details.isModal()


def test_keywords_go_beside_the_sorted_photos_and_are_taken_back(
    qtbot: QtBot, named: MainWindow, photos: Path, into: Path
) -> None:
    board = named.predict.board
    board.decide(np.array([board.photos.row_of(photos / "owl 1.jpg")], np.intp), "CON", "name it CON")
    qtbot.waitUntil(lambda: "CON" in board.photos.names)
    dialog = asked(qtbot, named, into)
    dialog.form.keywords.setChecked(True)
    planned(qtbot, dialog)
    assert "4 files go with them" in dialog.preview.notes.text()
    assert "Photos of “CON” go into the folder “CON_”: Windows keeps this name" in dialog.preview.notes.text()
    press(qtbot, named, dialog)
    by_person = own_fields((into / "CON_" / "owl 1.jpg.xmp").read_bytes())
    assert (by_person["Answer"], by_person["DecidedBy"]) == ("CON", "person")
    assert own_fields((into / "owl" / "owl 2.jpg.xmp").read_bytes())["DecidedBy"] == "model"
    assert places(photos) == set(NAMES)
    undo(qtbot, named)
    assert not into.exists()


def test_class_names_that_no_folder_can_have_get_the_nearest_ones(
    qtbot: QtBot, named: MainWindow, photos: Path, into: Path
) -> None:
    board = named.predict.board
    for name, class_name in zip(NAMES, ("gull/tern", "..", "CON", "a."), strict=True):
        board.decide(np.array([board.photos.row_of(photos / name)], np.intp), class_name, "name it")
    qtbot.waitUntil(lambda: "a." in board.photos.names)
    sort(qtbot, named, into)
    assert {Path(place).parent.as_posix() for place in places(into)} == {"gull_tern", "_", "CON_", "a_"}
    assert {path.name for path in into.parent.iterdir()} >= {"sorted", "card"}


def test_own_pattern_has_its_problem_told_while_it_is_typed(qtbot: QtBot, named: MainWindow, into: Path) -> None:
    dialog = asked(qtbot, named, into)
    form = dialog.form
    assert not form.own_pattern.isVisible()
    form.patterns.setCurrentIndex(len(CHOICES))
    assert form.own_pattern.isVisible()
    form.own_pattern.setText("{klass}/{name}")
    assert "“{klass}” is not known" in form.example.text()
    assert not dialog.sort_button.isEnabled()
    form.own_pattern.setText("birds of {year}/{class}/{name}")
    assert "▸ birds of " in form.example.text()
    planned(qtbot, dialog)
    press(qtbot, named, dialog)
    assert {Path(place).parts[1] for place in places(into)} == {"owl", "robin", "wren"}
    again = asked(qtbot, named, into)
    assert again.form.own_pattern.text() == "birds of {year}/{class}/{name}", "kept for the next time"
    assert again.form.act() is Act.COPY
    again.reject()


def test_selected_photos_alone_are_sorted(qtbot: QtBot, named: MainWindow, into: Path) -> None:
    named.pages.predict.view.choose(np.array([0, 2]))
    dialog = asked(qtbot, named, into)
    assert [each.text() for each in dialog.form.scopes.buttons()] == ["The 2 selected photos", "All 4 photos"]
    assert dialog.sort_button.text() == "Copy 2 photos"
    press(qtbot, named, dialog)
    assert len(places(into)) == 2


def test_closed_dialog_stops_planning(qtbot: QtBot, named: MainWindow, into: Path) -> None:
    action(named, "sort").trigger()
    (dialog,) = [each for each in named.findChildren(SortDialog) if each.isVisible()]
    dialog.reject()
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert not named.session.is_busy
    assert not into.exists()
