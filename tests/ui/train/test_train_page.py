"""The Train page: starting, progress, stopping, and the outcome."""

import csv
import shutil
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDoubleSpinBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tlgui.engine.protocol import TrainRequest
from tlgui.errors import StorageError
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import StopReason
from tlgui.photos.health.findings import LeaveOut
from tlgui.progress import BatchEnded, EpochEnded, Progress, Stage
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.train.train_page import TrainPage

LEFT = Qt.MouseButton.LeftButton


def train(qtbot: QtBot, page: TrainPage, session: Session) -> None:
    with qtbot.waitSignal(session.job_ended, timeout=10_000):
        qtbot.mouseClick(page.status.start_button, LEFT)


def test_without_a_collection_the_page_leads_to_photos(qtbot: QtBot, session: Session, settings: Settings) -> None:
    page = TrainPage(session, settings)
    qtbot.addWidget(page)
    page.show()
    assert page.empty.isVisible()
    assert not page.can_start
    with qtbot.waitSignal(page.photos_requested):
        qtbot.mouseClick(page.empty.findChild(QPushButton), LEFT)


def test_collection_that_cannot_be_trained_on_says_why(
    qtbot: QtBot, train_page: TrainPage, opened: Session, tmp_path: Path
) -> None:
    with qtbot.waitSignal(opened.job_ended):
        opened.scan_folder(write_collection(tmp_path / "One", ["robin"]))
    assert not train_page.status.start_button.isEnabled()
    assert train_page.status.reason.text() == " ".join(opened.advice())


def test_start_trains_and_shows_how_far_it_is(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    looking = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.FEATURES and event.done == 10)
    batch = fake_engine.pause_before(BatchEnded, lambda event: (event.epoch, event.batch) == (3, 4))
    status = train_page.status
    qtbot.mouseClick(status.start_button, LEFT)
    qtbot.waitUntil(lambda: looking.is_reached)
    qtbot.waitUntil(lambda: status.stage.text() == "Looking at photos: 5 of 24")
    assert status.bar.isVisible()
    assert "left" in status.time_left.text()
    assert not status.start_button.isEnabled()
    assert status.stop_button.isEnabled()
    assert not train_page.form.isEnabled()

    looking.open()
    qtbot.waitUntil(lambda: batch.is_reached)
    qtbot.waitUntil(lambda: status.stage.text() == "Epoch 3 of 30")
    assert status.bar.value() == round(status.bar.maximum() * 3 / fake_engine.batches)
    assert [epoch.epoch for epoch in train_page.plots.history] == [1, 2]
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        batch.open()
    assert len(train_page.plots.history) == 30
    assert train_page.form.isEnabled()
    assert not status.bar.isVisible()
    assert status.start_button.isVisible()
    assert train_page.training.heading.text().startswith("About 9 in 10 right")
    assert "ran to its end after 30 epochs" in train_page.training.explanation.plain_text


def test_buttons_after_a_training_lead_on(qtbot: QtBot, train_page: TrainPage, opened: Session) -> None:
    assert not train_page.training.results_button.isVisible()
    train(qtbot, train_page, opened)
    with qtbot.waitSignal(train_page.results_requested):
        qtbot.mouseClick(train_page.training.results_button, LEFT)
    with qtbot.waitSignal(train_page.predict_requested):
        qtbot.mouseClick(train_page.training.predict_button, LEFT)


def test_stop_after_an_epoch_keeps_the_model(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    gate = fake_engine.pause_before(EpochEnded, lambda event: event.epoch == 3)
    qtbot.mouseClick(train_page.status.start_button, LEFT)
    qtbot.waitUntil(lambda: len(train_page.plots.history) == 2)
    qtbot.waitUntil(lambda: gate.is_reached)
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        qtbot.mouseClick(train_page.status.stop_button, LEFT)
        assert train_page.status.stage.text() == "Stopping…"
        assert not train_page.status.stop_button.isEnabled()
    assert opened.model is not None
    assert opened.model.stop_reason is StopReason.STOPPED
    assert "You stopped it" in train_page.training.explanation.plain_text
    assert train_page.status.start_button.isEnabled()


def test_stop_before_the_first_epoch_leaves_no_model(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.FEATURES)
    qtbot.mouseClick(train_page.status.start_button, LEFT)
    qtbot.waitUntil(lambda: gate.is_reached)
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        qtbot.mouseClick(train_page.status.stop_button, LEFT)
    assert opened.model is None
    assert "left no model" in train_page.training.heading.text()
    assert not train_page.training.results_button.isVisible()
    assert train_page.status.start_button.isEnabled()


def test_after_a_failure_the_next_training_works(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    qtbot.waitUntil(lambda: not train_page.form.augmentation.previews.pictures[0].is_empty)
    fake_engine.die_next()
    train(qtbot, train_page, opened)
    assert "did not come to its end" in train_page.training.heading.text()
    train(qtbot, train_page, opened)
    assert opened.model is not None
    assert len(train_page.plots.history) == 30


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_in_a_setting_never_starts_a_training(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine, key: Qt.Key
) -> None:
    controls = [
        control
        for kind in (QSpinBox, QDoubleSpinBox, QComboBox, QCheckBox)
        for control in train_page.form.findChildren(kind)
    ]
    assert len(controls) > 30
    for control in controls:
        control.setFocus()
        qtbot.keyClick(control, key)
    assert not opened.is_busy
    assert not any(isinstance(request, TrainRequest) for request in fake_engine.requests)


def test_enter_on_start_starts_the_training(qtbot: QtBot, train_page: TrainPage, opened: Session) -> None:
    train_page.status.start_button.setFocus()
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        qtbot.keyClick(train_page.status.start_button, Qt.Key.Key_Return)
    assert opened.model is not None


def test_run_that_is_not_better_is_said_with_both_figures_and_can_be_used(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    fake_engine.train_next(0.9, 0.3)
    train(qtbot, train_page, opened)
    assert train_page.notice.isHidden()
    assert train_page.training.predict_button.isVisible()
    train(qtbot, train_page, opened)
    sentence = "“Quick” stays in use: it is right on 100.0 % of the same 6 photos, “Quick 2” on 50.0 %."
    assert train_page.notice.text.text() == sentence
    assert train_page.training.results_button.isVisible()
    # What would be tried is the other model.
    assert not train_page.training.predict_button.isVisible()

    assert train_page.notice.button.text() == "Use this one"
    qtbot.mouseClick(train_page.notice.button, LEFT)
    assert opened.active_run is not None
    assert opened.active_run.name == "Quick 2"
    assert train_page.notice.isHidden()
    assert train_page.training.predict_button.isVisible()


def test_curves_and_outcome_of_another_folder_are_not_shown(
    qtbot: QtBot, train_page: TrainPage, opened: Session, birds: Path, tmp_path: Path
) -> None:
    train(qtbot, train_page, opened)
    with qtbot.waitSignal(opened.job_ended):
        opened.scan_folder(birds)
    assert train_page.has_history
    with qtbot.waitSignal(opened.job_ended):
        opened.scan_folder(write_collection(tmp_path / "Trees", ["ash", "oak"], photos=10))
    assert not train_page.has_history
    assert train_page.choices.isVisible()
    assert train_page.choices.last_button.isHidden()
    assert not train_page.training.results_button.isVisible()


def test_while_something_else_runs_start_waits(
    qtbot: QtBot, train_page: TrainPage, opened: Session, birds: Path
) -> None:
    with qtbot.waitSignal(opened.job_ended):
        opened.scan_folder(birds)
        assert not train_page.status.start_button.isEnabled()
        assert "under way" in train_page.status.reason.text()
        train_page.start()
    assert train_page.status.start_button.isEnabled()
    assert train_page.status.reason.text() == ""


def test_recipe_is_remembered(train_page: TrainPage, opened: Session, settings: Settings) -> None:
    box = train_page.form.findChild(QSpinBox, "epochs")
    assert box is not None
    box.setValue(5)
    assert settings.recipe().epochs == opened.recipe.epochs == 5
    assert settings.recipe() != QUICK


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_plots_are_saved_by_their_suffix(
    qtbot: QtBot, train_page: TrainPage, opened: Session, tmp_path: Path, suffix: str
) -> None:
    assert not train_page.has_history
    train(qtbot, train_page, opened)
    assert train_page.has_history
    target = tmp_path / f"curves{suffix}"
    train_page.save_plot(target)
    if suffix == ".png":
        with Image.open(target) as image:
            assert image.width > 1000
            assert len(set(image.convert("RGB").resize((200, 80)).get_flattened_data())) > 10
    else:
        assert "<svg" in target.read_text(encoding="utf-8")


def test_numbers_are_saved_a_row_an_epoch(qtbot: QtBot, train_page: TrainPage, opened: Session, tmp_path: Path) -> None:
    train(qtbot, train_page, opened)
    train_page.save_history_csv(tmp_path / "numbers.csv")
    with (tmp_path / "numbers.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["epoch"]) for row in rows] == list(range(1, 31))


def test_plot_that_cannot_be_written_raises_and_leaves_nothing(
    qtbot: QtBot, train_page: TrainPage, opened: Session, tmp_path: Path
) -> None:
    train(qtbot, train_page, opened)
    with pytest.raises(StorageError, match=r"curves\.png"):
        train_page.save_plot(tmp_path / "gone" / "curves.png")


def test_collection_that_vanished_fails_and_the_page_stays_usable(
    qtbot: QtBot, train_page: TrainPage, opened: Session, birds: Path, fake_engine: FakeEngine
) -> None:
    qtbot.waitUntil(lambda: not train_page.form.augmentation.previews.pictures[0].is_empty)
    shutil.rmtree(birds)
    fake_engine.fail_next(StorageError("The folder is gone."))
    train(qtbot, train_page, opened)
    assert train_page.status.start_button.isEnabled()


def test_home_that_cannot_keep_the_model_is_said_before_anything_starts(
    qtbot: QtBot, train_page: TrainPage, opened: Session, isolated_home: Path
) -> None:
    data = isolated_home / ".local" / "share"
    shutil.rmtree(data)
    data.write_text("a file where the data folder belongs")
    with qtbot.waitSignal(train_page.problem_raised) as raised:
        qtbot.mouseClick(train_page.status.start_button, LEFT)
    assert isinstance(raised.args[0], StorageError)
    assert "tlgui" in raised.args[0].message
    assert not opened.is_busy


def test_notice_moves_nothing_but_the_lower_edge_of_the_view(
    qtbot: QtBot, train_page: TrainPage, opened: Session, birds: Path
) -> None:
    qtbot.waitUntil(lambda: not opened.review.is_looking)
    train(qtbot, train_page, opened)

    def places() -> tuple[QPoint, QRect]:
        QApplication.sendPostedEvents()
        return train_page.plots.pos(), train_page.status.geometry()

    before = places()
    with qtbot.waitSignal(opened.run_changes.changed):
        opened.review.mend(LeaveOut((birds / "owl" / "photo 000.jpg",)))
    qtbot.waitUntil(lambda: not opened.is_busy)
    assert train_page.notice.isVisible()
    assert train_page.notice.text.text() == "The model in use was trained before 1 photo was taken out."
    assert places() == before
