"""The window as a whole, over the fake engine: actions, steps, questions, recent lists, messages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.shell.driving import action, enabled, open_folder, question, recent, train
from tlgui import gui_priority
from tlgui.app import create_window
from tlgui.engine.protocol import BugError, ExportRequest, PredictRequest
from tlgui.errors import StorageError
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.progress import Progress
from tlgui.ui.session.settings import RECENT_FOLDERS, RECENT_MODELS, Settings
from tlgui.ui.shell.export_dialog import ExportDialog
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.menus.menu import MenuTitle
from tlgui.ui.shell.step_list import Mark, Step
from tlgui.ui.widgets.action import Action
from tlgui.ui.widgets.style import look_of

PAGES = {"view-photos", "view-train", "view-results", "view-predict"}
ALWAYS = PAGES | {"view-message", "quit", "guide", "words", "about"}
IDLE = {"open-folder", "samples", "open-model"}
PHOTOS = {"read-again", "select-all-photos"}
RUN = {"train-run-further", "rename-run", "delete-runs"}
MODEL = {"save-model", "save-report", "export-model", "open-photos", "open-photo-folder", "paste", "watch-folder"}


def test_each_action_is_enabled_only_when_it_can_work(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path
) -> None:
    assert enabled(window) == ALWAYS | IDLE
    open_folder(qtbot, window, birds)
    qtbot.waitUntil(lambda: not window.session.review.is_looking)
    assert enabled(window) == ALWAYS | IDLE | PHOTOS | {"start"}
    gate = fake_engine.pause_before(Progress)
    action(window, "start").trigger()
    qtbot.waitUntil(lambda: gate.is_reached)
    assert enabled(window) == ALWAYS | {"stop", "rename-run", "select-all-photos"}
    with qtbot.waitSignal(window.session.job_ended, timeout=10_000):
        gate.open()
    assert enabled(window) == ALWAYS | IDLE | PHOTOS | MODEL | RUN | {"start", "save-plot", "save-history"}


def lists(action: Action) -> tuple[str, ...]:
    """Return the lists to which the shortcut of an action is limited."""
    if action.shortcutContext() is not Qt.ShortcutContext.WidgetShortcut:
        return ()
    return tuple(view.accessibleName() for view in action.associatedObjects() if isinstance(view, QAbstractItemView))


def test_shortcuts_and_mnemonics_are_all_different(window: MainWindow) -> None:
    # The shortcuts of a list work in it alone, and before those of the window.
    keys = [(lists(action), action.shortcut().toString()) for action in window.menus.actions.values()]
    keys = [(where, shortcut) for where, shortcut in keys if shortcut]
    assert len(set(keys)) == len(keys)
    in_window = {shortcut for where, shortcut in keys if not where}
    assert not in_window & {shortcut for where, shortcut in keys if where}
    assert [menu.title for menu in window.menus.menus] == list(MenuTitle)
    for menu in window.menus.menus:
        texts = [entry.text() if isinstance(entry, Action) else entry.text for entry in menu.entries]
        letters = [text[text.index("&") + 1].lower() for text in texts]
        assert len(set(letters)) == len(letters), menu.title
    titles = [title.value[title.value.index("&") + 1] for title in MenuTitle]
    assert len(set(titles)) == len(titles)
    assert window.menuBar().actions()[0].text() == "&File"


def test_every_control_has_a_name_for_a_screen_reader(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    open_folder(qtbot, window, birds)
    for button in filter(QAbstractButton.isVisible, window.findChildren(QAbstractButton)):
        assert button.text() or button.accessibleName(), button
    view = window.pages.photos.view
    filters = view.browser.filters
    named = (window.steps, view.table, view.findings, view.browser.grid, window.job_bar.bar, view.find_class)
    for widget in (*named, filters.text, filters.classes, filters.use, filters.problem, filters.order):
        assert widget.accessibleName()


def test_steps_say_how_they_stand(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    steps = window.steps
    assert [steps.step_state(step).words for step in Step] == [
        "Choose a folder",
        "Needs photos first",
        "Nothing yet",
        "Needs a model",
    ]
    train(qtbot, window, birds)
    assert steps.step_state(Step.PHOTOS).words == "30 photos"
    assert steps.step_state(Step.PHOTOS).mark is Mark.GOOD
    assert steps.step_state(Step.TRAIN).words == "Trained"
    assert steps.step_state(Step.RESULTS).words == "90.0 % right"
    assert "90.0 % right" in steps.item(2).data(Qt.ItemDataRole.AccessibleTextRole)


def test_too_few_photos_mark_the_step_in_words_too(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "Few" / "one").mkdir(parents=True)
    write_jpeg(tmp_path / "Few" / "one" / "a.jpg")
    open_folder(qtbot, window, tmp_path / "Few")
    assert window.steps.step_state(Step.PHOTOS).words == "Needs more photos"
    assert window.steps.step_state(Step.PHOTOS).mark is Mark.PROBLEM
    assert not action(window, "start").isEnabled()


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_keyboard_goes_to_each_step(qtbot: QtBot, window: MainWindow, number: int) -> None:
    QTest.keySequence(window, "Ctrl+2" if number == 1 else "Ctrl+1")
    QTest.keySequence(window, f"Ctrl+{number}")
    qtbot.waitUntil(lambda: window.steps.current() == number - 1)
    pages = (window.pages.photos, window.pages.train, window.pages.results, window.pages.predict)
    assert [page.isVisible() for page in pages] == [index == number - 1 for index in range(4)]


def test_opening_a_folder_by_the_menu(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    action(window, "open-folder").trigger()
    dialog = question(window)
    dialog.selectFile(str(birds))
    with qtbot.waitSignal(window.session.collection_changed):
        dialog.accept()
    assert window.windowTitle().startswith("Birds")
    assert window.pages.photos.view.header.summary.text() == "30 photos in 3 classes"


def test_sample_photos_go_where_the_user_says(
    qtbot: QtBot, window: MainWindow, isolated_home: Path, tmp_path: Path
) -> None:
    QTest.mouseClick(window.pages.photos.empty.samples_button, Qt.MouseButton.LeftButton)
    dialog = question(window)
    assert Path(dialog.directory().absolutePath()).is_relative_to(isolated_home)
    (tmp_path / "mine").mkdir()
    dialog.setDirectory(str(tmp_path / "mine"))
    with qtbot.waitSignal(window.session.job_ended, timeout=60_000):
        dialog.fileSelected.emit(str(tmp_path / "mine"))
    dialog.close()
    collection = window.session.collection
    assert collection is not None
    assert collection.folder == tmp_path / "mine" / "tlgui sample photos"
    assert len(collection.classes) == 3
    assert not list(isolated_home.rglob("tlgui sample photos"))
    before = sorted(collection.folder.rglob("*"))
    action(window, "samples").trigger()
    again = question(window)
    # The folder itself may be chosen too.
    with qtbot.waitSignal(window.session.job_ended, timeout=60_000):
        again.fileSelected.emit(str(collection.folder))
    again.close()
    assert sorted(collection.folder.rglob("*")) == before


def test_no_sample_photos_are_drawn_where_the_question_is_cancelled(
    qtbot: QtBot, window: MainWindow, isolated_home: Path
) -> None:
    action(window, "samples").trigger()
    question(window).reject()
    assert not window.session.is_busy
    assert not list(isolated_home.rglob("tlgui sample photos"))
    qtbot.waitUntil(lambda: not window.findChildren(QFileDialog))
    assert window.messages.isHidden()


def test_model_is_saved_where_asked_and_offered_again(
    qtbot: QtBot, window: MainWindow, birds: Path, tmp_path: Path
) -> None:
    kept = train(qtbot, window, birds)
    action(window, "save-model").trigger()
    dialog = question(window)
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("my birds")
    with qtbot.waitSignal(window.session.job_ended):
        dialog.accept()
    saved = tmp_path / "my birds.tlmodel"
    assert saved.read_bytes() == kept.read_bytes()
    assert "my birds.tlmodel" in window.messages.message.text()
    offered = [entry.data() for entry in recent(window, "recent-models")]
    assert offered == [saved, kept]
    with qtbot.waitSignal(window.session.model_changed):
        recent(window, "recent-models")[0].trigger()
    assert window.session.model is not None
    assert window.session.model.path == saved


def test_export_says_what_was_compared(qtbot: QtBot, window: MainWindow, birds: Path, tmp_path: Path) -> None:
    train(qtbot, window, birds)
    action(window, "export-model").trigger()
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    dialog.choose("onnx")
    dialog.target.setText(str(tmp_path / "birds.onnx"))
    with qtbot.waitSignal(window.session.job_ended):
        QTest.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert window.messages.message.text() == "Exported to “birds.onnx”."
    assert "30 photos" in window.messages.hint.text()
    assert "2e-07" in window.messages.hint.text()
    assert window.messages.action_button.isVisible()


def test_failed_job_is_told_and_the_next_one_works(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path
) -> None:
    open_folder(qtbot, window, birds)
    fake_engine.die_next()
    with qtbot.waitSignal(window.session.job_ended):
        action(window, "start").trigger()
    assert "ended by the system" in window.messages.message.text()
    assert window.messages.hint.text()
    with qtbot.waitSignal(window.session.job_ended, timeout=10_000):
        action(window, "start").trigger()
    assert window.messages.isHidden()
    assert window.session.model is not None


def test_bug_in_a_job_is_logged_with_its_details(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("a job failed: It broke\nTraceback")
    open_folder(qtbot, window, birds)
    fake_engine.fail_next(BugError("It broke", "Traceback"))
    with qtbot.waitSignal(window.session.job_ended):
        action(window, "start").trigger()
    assert window.messages.action_button.text() == "Copy details"


def test_kind_of_file_chosen_decides_its_suffix(qtbot: QtBot, window: MainWindow, birds: Path, tmp_path: Path) -> None:
    train(qtbot, window, birds)
    window.show_step(Step.TRAIN)
    action(window, "save-plot").trigger()
    dialog = question(window)
    dialog.setDirectory(str(tmp_path))
    dialog.filterSelected.emit(dialog.nameFilters()[1])
    dialog.selectFile("curves")
    dialog.accept()
    qtbot.waitUntil(window.messages.isVisible)
    assert (tmp_path / "curves.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_icons_and_quiet_words_follow_light_and_dark(qtbot: QtBot, window: MainWindow) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    icon = action(window, "open-folder").icon
    for is_dark in (True, False):
        key = icon().cacheKey()
        look_of(application).wear(is_dark=is_dark)
        qtbot.waitUntil(lambda old=key: icon().cacheKey() != old)  # type: ignore[misc]  # bound now, not when called
        image = icon().pixmap(24, 24).toImage()
        tones = [image.pixelColor(x, y) for x in range(24) for y in range(24)]
        assert (min(tone.lightness() for tone in tones if tone.alpha() > 200) > 150) is is_dark
        quiet = window.pages.photos.view.split_text.palette().windowText().color()
        assert (quiet.lightness() > 120) is is_dark


def test_recent_folder_that_is_gone_is_told_and_forgotten(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    window.settings.add_recent(RECENT_FOLDERS, gone)
    with qtbot.waitSignal(window.session.job_ended):
        window.commands.open_folder(gone)
    assert "gone" in window.messages.message.text()
    assert window.settings.value(RECENT_FOLDERS) == ()


def test_plot_that_cannot_be_written_is_told(qtbot: QtBot, window: MainWindow, birds: Path, tmp_path: Path) -> None:
    train(qtbot, window, birds)
    action(window, "save-history").trigger()
    dialog = question(window)
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("numbers")
    dialog.accept()
    assert (tmp_path / "numbers.csv").read_text(encoding="utf-8").count("\n") > 2
    assert "numbers.csv" in window.messages.message.text()


def test_pasting_and_opening_photos_go_to_the_predict_page(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path
) -> None:
    train(qtbot, window, birds)
    action(window, "open-photo-folder").trigger()
    dialog = question(window)
    dialog.selectFile(str(birds / "owl"))
    with qtbot.waitSignal(window.session.job_ended):
        dialog.accept()
    assert window.steps.current() is Step.PREDICT
    assert window.pages.predict.has_predictions
    assert action(window, "save-predictions").isEnabled()
    request = fake_engine.last(PredictRequest)
    assert request.paths == (birds / "owl",)


def test_state_survives_a_restart(qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path) -> None:
    open_folder(qtbot, window, birds)
    window.session.set_recipe(BUILT_IN["balanced"])
    window.resize(720, 560)
    assert window.close()
    again = create_window(fake_engine)
    qtbot.addWidget(again)
    assert again.session.recipe == BUILT_IN["balanced"]
    assert (again.width(), again.height()) == (720, 560)
    assert [entry.data() for entry in recent(again, "recent-folders")] == [birds]


def test_what_pages_ask_for_is_done(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    photos, pages, steps = window.pages.photos, window.pages, window.steps
    open_folder(qtbot, window, birds)
    QTest.mouseClick(photos.view.next_button, Qt.MouseButton.LeftButton)
    assert steps.current() is Step.TRAIN
    for signal, step in (
        (pages.train.results_requested, Step.RESULTS),
        (pages.results.predict_requested, Step.PREDICT),
        (pages.predict.train_requested, Step.TRAIN),
        (pages.train.photos_requested, Step.PHOTOS),
        (pages.train.predict_requested, Step.PREDICT),
        (pages.results.train_requested, Step.TRAIN),
    ):
        signal.emit()
        assert steps.current() is step
    for request in (
        photos.choose_requested,
        pages.results.open_model_requested,
        pages.predict.open_model_requested,
        pages.predict.open_photos_requested,
        pages.predict.open_folder_requested,
    ):
        request.emit()
        question(window).reject()
    pages.predict.problem_raised.emit(StorageError("The disk is full.", "Free some space."))
    assert window.messages.message.text() == "The disk is full."


def test_about_names_versions_and_licences(window: MainWindow) -> None:
    action(window, "about").trigger()
    box = window.findChild(QMessageBox)
    assert box is not None
    assert "tensorflow 2." in box.informativeText()
    assert "Apache License 2.0" in box.informativeText()
    assert not box.isModal()
    box.close()


def test_exported_file_of_a_model_without_a_collection_uses_drawn_pictures(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path, tmp_path: Path
) -> None:
    path = train(qtbot, window, birds)
    other = create_window(fake_engine)
    qtbot.addWidget(other)
    with qtbot.waitSignal(other.session.job_ended):
        other.commands.open_model(path)
    with qtbot.waitSignal(other.session.job_ended):
        other.commands._export("keras", tmp_path / "a.keras", with_distance=False)
    assert any(isinstance(request, ExportRequest) for request in fake_engine.requests)
    assert "16 drawn pictures" in other.messages.hint.text()
    assert other.settings.value(RECENT_MODELS) == (str(path),)


def test_settings_are_only_written_below_the_users_home(window: MainWindow, isolated_home: Path) -> None:
    window.settings.add_recent(RECENT_FOLDERS, Path("/x"))
    assert window.close()
    written = [path for path in isolated_home.rglob("settings.ini") if path.is_file()]
    assert len(written) == 1
    assert Settings(written[0]).value(RECENT_FOLDERS) == (str(Path("/x")),)
    assert QGuiApplication.instance() is not None


def test_photos_that_a_training_cannot_read_are_named(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path
) -> None:
    fake_engine.unreadable = sorted(birds.glob("robin/*.jpg"))[:2]

    train(qtbot, window, birds)

    assert "2 photos could not be read" in window.messages.message.text()
    assert all(f"“{path.name}”: Damaged." in window.messages.hint.text() for path in fake_engine.unreadable)


def test_other_threads_give_way_while_the_window_is_painted(qtbot: QtBot, window: MainWindow) -> None:
    requested: list[bool] = []

    class Painted(QWidget):
        """Notes whether other threads give way while it is painted."""

        @override
        def paintEvent(self, event: QPaintEvent) -> None:
            requested.append(gui_priority.is_requested())

    shown = Painted(window)
    shown.setGeometry(0, 0, 50, 50)
    shown.show()
    qtbot.waitUntil(lambda: bool(requested))

    assert all(requested)
    qtbot.waitUntil(lambda: not gui_priority.is_requested())
