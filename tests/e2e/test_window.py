"""The whole job in the real program: `main()`, the real engine, the embedded backbone, drawn photos, real events."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QWidget

from tests.e2e.driving import Driver, Story
from tests.pictures import write_collection
from tests.ui.shell.driving import drop
from tlgui import app
from tlgui.photos.samples import SAMPLE_CLASSES, draw_picture
from tlgui.ui.predict.table_dialog import TableDialog
from tlgui.ui.shell.export_dialog import ExportDialog
from tlgui.ui.shell.step_list import Step

HEAVY = ("tensorflow", "keras", "onnxruntime", "tlgui.engine.jobs", "tlgui.engine.light_jobs")


def test_newcomer_does_the_whole_job(
    run: Callable[[Story], None], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in HEAVY:
        # Another test of this process may have loaded them; whoever wants them now loads them again.
        monkeypatch.delitem(sys.modules, name, raising=False)
    new_photo = tmp_path / "what is it.jpg"
    draw_picture(0, 999, 256).save(new_photo)
    bad_photo = tmp_path / "no photo.jpg"
    bad_photo.write_text("I only look like one")
    exported, saved, table = tmp_path / "model.onnx", tmp_path / "mine.tlmodel", tmp_path / "named.csv"

    def story(driver: Driver) -> None:
        window = driver.window
        driver.open_photos(photos)
        assert window.pages.photos.view.isVisible()

        plots = window.pages.train.plots
        driver.start_training()
        driver.wait(lambda: len(plots.history) >= 2)
        driver.wait_until_idle()
        driver.wait(lambda: not any(view.image.isNull() for view in plots.views))
        assert "right" in window.pages.train.training.heading.text()

        window.show_step(Step.PREDICT)
        assert drop(window.pages.predict, new_photo, bad_photo)
        driver.wait(lambda: len(window.pages.predict.board.photos) == 2)
        driver.wait_until_idle()
        assert driver.best_class(0) == SAMPLE_CLASSES[0]
        assert "not an image" in window.pages.predict.board.photos.photo(1).error
        first_scores = window.pages.predict.board.photos.photo(0).scores
        driver.press("save-predictions")
        (tables,) = window.findChildren(TableDialog)
        tables.target.setText(str(table))
        QTest.mouseClick(tables.save_button, Qt.MouseButton.LeftButton)
        driver.wait(table.is_file)
        driver.wait_until_idle()

        driver.press("export-model")
        (dialog,) = window.findChildren(ExportDialog)
        dialog.choose("onnx")
        dialog.target.setText(str(exported))
        QTest.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
        driver.wait(lambda: window.session.is_busy)
        driver.wait_until_idle()
        assert "largest difference" in window.messages.hint.text()

        driver.press("save-model")
        driver.answer(saved)
        driver.wait(saved.is_file)
        driver.wait_until_idle()
        driver.press("open-model")
        driver.answer(saved)
        driver.wait(lambda: window.session.model is not None and window.session.model.path == saved)
        driver.wait_until_idle()
        window.pages.predict.clear()
        assert drop(window.pages.predict, new_photo)
        driver.wait(lambda: bool(len(window.pages.predict.board.photos)))
        driver.wait_until_idle()
        again = window.pages.predict.board.photos.photo(0).scores
        assert [score.class_name for score in again] == [score.class_name for score in first_scores]
        assert [score.probability for score in again] == pytest.approx(
            [score.probability for score in first_scores], abs=1e-5
        )

    run(story)
    assert exported.stat().st_size > 1_000_000
    assert new_photo.name in table.read_text(encoding="utf-8-sig")
    assert not set(HEAVY) & set(sys.modules)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="This system has no SIGKILL")
def test_window_outlives_its_engine_and_trains_again(
    run: Callable[[Story], None], photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    light, full = app.engine_processes()
    monkeypatch.setattr(app, "engine_processes", lambda: (light, full))

    def story(driver: Driver) -> None:
        window = driver.window
        driver.open_photos(photos)
        driver.start_training()
        driver.wait(lambda: bool(window.pages.train.plots.history))
        process_id = full.process_id
        assert process_id is not None
        os.kill(process_id, signal.SIGKILL)
        driver.wait_until_idle()
        assert "engine was ended" in window.messages.message.text()
        assert window.session.collection is not None
        assert window.session.model is None

        driver.start_training()
        driver.wait_until_idle()
        assert window.session.model is not None

    run(story)


def test_closing_during_a_training_asks_and_keeps_the_best_epoch(run: Callable[[Story], None], photos: Path) -> None:
    kept: list[Path] = []

    def story(driver: Driver) -> None:
        window = driver.window
        recipe = window.session.recipe.with_value("epochs", "10000").with_value("early_stopping.enabled", "false")
        window.session.set_recipe(recipe)
        driver.open_photos(photos)
        driver.start_training()
        driver.wait(lambda: bool(window.pages.train.plots.history))
        window.close()
        assert window.isVisible()
        (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
        (stop,) = [button for button in box.buttons() if "Stop" in button.text()]
        QTest.mouseClick(stop, Qt.MouseButton.LeftButton)
        driver.wait(lambda: not _is_on_screen(window))
        assert window.session.model is not None
        kept.append(window.session.model.path)

    run(story)
    assert kept[0].is_file()


def test_folder_emptied_during_a_training_is_said_and_nothing_else_is_lost(
    run: Callable[[Story], None], photos: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    write_collection(other, ["a", "b"], photos=8)

    def story(driver: Driver) -> None:
        window = driver.window
        driver.open_photos(photos)
        # What is gone before the closer look leaves the collection; here the training itself finds it.
        driver.wait(lambda: not window.session.review.is_looking)
        for photo in photos.glob("*/*.jpg"):
            photo.unlink()
        driver.start_training()
        driver.wait_until_idle()
        assert "can be read any more" in window.messages.message.text()
        driver.open_photos(other)
        driver.wait(lambda: window.session.collection is not None and window.session.collection.folder == other)

    run(story)


def _is_on_screen(window: QWidget) -> bool:
    return window.isVisible()
