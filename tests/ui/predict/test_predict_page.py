"""The Predict page: real drops and pastes, and photos with what the model says of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection, write_jpeg, write_text
from tests.ui.dragging import drop_data, files_data
from tlgui.engine.protocol import PredictRequest
from tlgui.engine.routing import RoutingEngine
from tlgui.learning.results import PhotosPredicted
from tlgui.progress import EpochEnded, Progress
from tlgui.ui.board.board import Board
from tlgui.ui.board.columns import BoardPhoto
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.session.session import Session

LEFT = Qt.MouseButton.LeftButton


def picture_data() -> QMimeData:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    data = QMimeData()
    data.setImageData(image)
    return data


def photos_of(page: PredictPage) -> list[BoardPhoto]:
    """Return the photos in the order in which the grid shows them."""
    return list(page.view.grid.photos.items)


def wait_for_rows(qtbot: QtBot, page: PredictPage, session: Session, rows: int) -> None:
    qtbot.waitUntil(lambda: not session.is_busy and len(photos_of(page)) == rows, timeout=20_000)


@pytest.fixture
def page(predict_page: PredictPage, trained: Session) -> PredictPage:
    assert trained.model is not None
    return predict_page


def test_without_a_model_a_drop_says_what_to_do(
    qtbot: QtBot, predict_page: PredictPage, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    assert predict_page.no_model.isVisible()
    assert drop_data(predict_page, files_data(write_jpeg(tmp_path / "a.jpg")))
    assert predict_page.notice.isVisible()
    assert "There is no model yet" in predict_page.notice.text.text()
    assert fake_engine.requests == []
    buttons = predict_page.no_model.findChildren(QPushButton)
    with qtbot.waitSignal(predict_page.train_requested):
        qtbot.mouseClick(buttons[0], LEFT)


def test_page_says_which_model_it_is_and_how_good(page: PredictPage) -> None:
    assert page.drop_here.isVisible()
    assert "Birds" in page.model_line.accessibleName()
    assert "About 9 in 10 right" in page.model_line.accessibleName()
    assert page.classes_line.accessibleName() == "3 classes: owl, robin, wren"


def test_dropped_photos_and_folders_become_rows(
    qtbot: QtBot, page: PredictPage, session: Session, tmp_path: Path
) -> None:
    lone = write_jpeg(tmp_path / "a robin.jpg")
    folder = write_collection(tmp_path / "New", ["wren"], photos=3)
    assert drop_data(page, files_data(lone, folder))
    wait_for_rows(qtbot, page, session, 4)
    assert page.view.grid.isVisible()
    assert photos_of(page)[0].path == lone
    assert [photo.scores[0].class_name for photo in photos_of(page)] == ["robin", "wren", "wren", "wren"]
    assert page.summary.text() == "4 photos named"
    grid = page.view.grid
    spoken = grid.photos.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "robin 80 %. a robin.jpg. robin 80 %, owl 10 %, wren 10 %"
    assert grid.photos.index(0).data(Qt.ItemDataRole.ToolTipRole) == f"{lone}\nrobin 80 %, owl 10 %, wren 10 %"


def test_drop_on_any_part_of_the_page_arrives(page: PredictPage) -> None:
    for widget in page.findChildren(QWidget):
        assert not widget.acceptDrops(), f"{widget} would keep drops from the page"


def test_bad_file_becomes_a_row_that_says_why(
    qtbot: QtBot, page: PredictPage, session: Session, tmp_path: Path
) -> None:
    bad, good = write_text(tmp_path / "list.jpg"), write_jpeg(tmp_path / "an owl.jpg")
    drop_data(page, files_data(bad, good))
    wait_for_rows(qtbot, page, session, 2)
    assert "list.jpg" in photos_of(page)[0].error
    assert photos_of(page)[1].scores[0].class_name == "owl"
    assert page.summary.text() == "1 photo named, 1 file could not be read"
    assert "list.jpg" in str(page.view.grid.photos.index(0).data(Qt.ItemDataRole.AccessibleTextRole))


def test_dropped_picture_without_a_file_is_named(qtbot: QtBot, page: PredictPage, session: Session) -> None:
    assert drop_data(page, picture_data())
    wait_for_rows(qtbot, page, session, 1)
    path = photos_of(page)[0].path
    assert path.suffix == ".png"
    with Image.open(path) as image:
        assert image.size == (40, 30)
        assert image.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("make", [picture_data, lambda: None], ids=["picture", "nothing"])
def test_pasting_names_the_picture_or_says_there_is_none(
    qtbot: QtBot, page: PredictPage, session: Session, make: Callable[[], QMimeData | None]
) -> None:
    clipboard, data = QGuiApplication.clipboard(), make()
    clipboard.clear()
    if data is not None:
        clipboard.setMimeData(data)
    page.paste_image()
    if data is None:
        assert "no image on the clipboard" in page.notice.text.text()
    else:
        wait_for_rows(qtbot, page, session, 1)
    clipboard.clear()


def test_pasted_files_are_named(qtbot: QtBot, page: PredictPage, session: Session, tmp_path: Path) -> None:
    QGuiApplication.clipboard().setMimeData(files_data(write_jpeg(tmp_path / "owl.jpg")))
    page.paste_image()
    wait_for_rows(qtbot, page, session, 1)
    QGuiApplication.clipboard().clear()


def test_link_from_the_web_says_what_to_do_and_words_are_not_taken(page: PredictPage) -> None:
    link = QMimeData()
    link.setUrls([QUrl("https://example.org/owl.jpg")])
    assert drop_data(page, link)
    assert "Save it as a file" in page.notice.text.text()
    words = QMimeData()
    words.setText("owl")
    assert not drop_data(page, words)


def test_folder_without_photos_says_so(qtbot: QtBot, page: PredictPage, session: Session, tmp_path: Path) -> None:
    (tmp_path / "Empty").mkdir()
    drop_data(page, files_data(tmp_path / "Empty"))
    qtbot.waitUntil(lambda: not session.is_busy)
    assert "No photos were found" in page.notice.text.text()
    assert page.drop_here.isVisible()


def test_nothing_above_the_photos_moves_when_naming_begins_and_ends(
    qtbot: QtBot, page: PredictPage, session: Session, fake_engine: FakeEngine, birds: Path
) -> None:
    gate = fake_engine.pause_before(PhotosPredicted)
    page.predict_paths([birds])
    qtbot.waitUntil(lambda: gate.is_reached and page.view.isVisible())
    assert not page.heading.isVisible()
    top = page.view.mapTo(page, QPoint())
    gate.open()
    qtbot.waitUntil(lambda: not session.is_busy and page.has_predictions)
    assert page.view.mapTo(page, QPoint()) == top


def test_drop_while_photos_are_named_waits_its_turn(
    qtbot: QtBot, page: PredictPage, session: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    first, second = write_jpeg(tmp_path / "owl.jpg"), write_jpeg(tmp_path / "wren.jpg")
    gate = fake_engine.pause_before(PhotosPredicted)
    drop_data(page, files_data(first))
    qtbot.waitUntil(lambda: gate.is_reached)
    assert drop_data(page, files_data(second))
    assert "1 more drop waiting" in page.summary.text()
    assert not page.clear_button.isEnabled()
    gate.open()
    wait_for_rows(qtbot, page, session, 2)
    assert [photo.path for photo in photos_of(page)] == [first, second]
    assert "waiting" not in page.summary.text()


def test_stop_also_forgets_what_waits(
    qtbot: QtBot, page: PredictPage, session: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    gate = fake_engine.pause_before(PhotosPredicted)
    drop_data(page, files_data(write_jpeg(tmp_path / "owl.jpg")))
    drop_data(page, files_data(write_jpeg(tmp_path / "wren.jpg")))
    qtbot.waitUntil(lambda: gate.is_reached)
    session.stop()
    qtbot.waitUntil(lambda: not session.is_busy)
    assert len([request for request in fake_engine.requests if isinstance(request, PredictRequest)]) == 1
    assert not page.has_predictions


def test_drop_during_the_first_training_is_turned_down_in_words(
    qtbot: QtBot, predict_page: PredictPage, opened: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    gate = fake_engine.pause_before(EpochEnded)
    opened.train()
    qtbot.waitUntil(lambda: gate.is_reached)
    drop_data(predict_page, files_data(write_jpeg(tmp_path / "owl.jpg")))
    assert "training is still running" in predict_page.notice.text.text()
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        gate.open()
    assert not any(isinstance(request, PredictRequest) for request in fake_engine.requests)


class TwoEngines:
    """A session over two fake engines, with a trained model, and another training that waits at its first epoch."""

    def __init__(self, qtbot: QtBot, birds: Path) -> None:
        self.light, self.full = FakeEngine(), FakeEngine()
        self.session = Session(RoutingEngine(self.light, self.full))
        self.page = PredictPage(self.session, Board(self.session))
        qtbot.addWidget(self.page)
        self.page.resize(900, 600)
        self.page.show()
        with qtbot.waitSignal(self.session.job_ended, timeout=10_000):
            self.session.scan_folder(birds)
        with qtbot.waitSignal(self.session.job_ended, timeout=10_000):
            self.session.train()
        self.gate = self.full.pause_before(EpochEnded)
        self.session.train()
        qtbot.waitUntil(lambda: self.gate.is_reached, timeout=10_000)


@pytest.fixture
def training(qtbot: QtBot, birds: Path) -> Iterator[TwoEngines]:
    engines = TwoEngines(qtbot, birds)
    yield engines
    engines.session.close(5000)
    qtbot.waitUntil(lambda: not engines.session.is_busy)


def test_drop_during_a_training_is_named_by_the_model_in_use_at_once(
    qtbot: QtBot, training: TwoEngines, tmp_path: Path
) -> None:
    used = training.session.model

    drop_data(training.page, files_data(write_jpeg(tmp_path / "owl.jpg")))
    qtbot.waitUntil(lambda: len(photos_of(training.page)) == 1 and training.session.prediction is None)

    assert training.session.is_training
    (request,) = [request for request in training.light.requests if isinstance(request, PredictRequest)]
    assert used is not None
    assert request.model_path == used.path
    with qtbot.waitSignal(training.session.job_ended, timeout=10_000):
        training.gate.open()


def test_stop_of_a_prediction_beside_a_training_leaves_the_training(
    qtbot: QtBot, training: TwoEngines, tmp_path: Path
) -> None:
    gate = training.light.pause_before(PhotosPredicted)
    drop_data(training.page, files_data(write_jpeg(tmp_path / "owl.jpg")))
    qtbot.waitUntil(lambda: gate.is_reached)
    prediction = training.session.prediction
    assert prediction is not None

    prediction.stop()
    qtbot.waitUntil(lambda: training.session.prediction is None)

    assert training.session.is_training
    assert not training.page.has_predictions
    training.session.stop()
    qtbot.waitUntil(lambda: not training.session.is_busy)


def test_training_that_ends_first_leaves_the_prediction_and_what_waits(
    qtbot: QtBot, training: TwoEngines, tmp_path: Path
) -> None:
    gate = training.light.pause_before(PhotosPredicted)
    drop_data(training.page, files_data(write_jpeg(tmp_path / "owl.jpg")))
    qtbot.waitUntil(lambda: gate.is_reached)
    drop_data(training.page, files_data(write_jpeg(tmp_path / "wren.jpg")))

    with qtbot.waitSignal(training.session.job_ended, timeout=10_000):
        training.gate.open()
    assert training.session.prediction is not None
    assert training.session.is_busy
    gate.open()

    wait_for_rows(qtbot, training.page, training.session, 2)


def test_training_starts_beside_a_prediction(qtbot: QtBot, training: TwoEngines, tmp_path: Path) -> None:
    with qtbot.waitSignal(training.session.job_ended, timeout=10_000):
        training.gate.open()
    gate = training.light.pause_before(PhotosPredicted)
    drop_data(training.page, files_data(write_jpeg(tmp_path / "owl.jpg")))
    qtbot.waitUntil(lambda: gate.is_reached)

    with qtbot.waitSignal(training.session.job_ended, timeout=10_000):
        training.session.train()
    gate.open()

    wait_for_rows(qtbot, training.page, training.session, 1)


def test_drop_while_a_model_opens_is_named_by_that_model(
    qtbot: QtBot, page: PredictPage, session: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    assert session.model is not None
    gate = fake_engine.pause_before(Progress)
    session.open_model(session.model.path)
    qtbot.waitUntil(lambda: gate.is_reached)
    drop_data(page, files_data(write_jpeg(tmp_path / "owl.jpg")))
    gate.open()
    wait_for_rows(qtbot, page, session, 1)


def test_model_that_does_not_open_names_nothing(
    qtbot: QtBot, page: PredictPage, session: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    gate = fake_engine.pause_before(Progress)
    session.open_model(write_text(tmp_path / "broken.tlmodel"))
    drop_data(page, files_data(write_jpeg(tmp_path / "owl.jpg")))
    gate.open()
    qtbot.waitUntil(lambda: not session.is_busy)
    assert not any(isinstance(request, PredictRequest) for request in fake_engine.requests)


def test_failed_job_leaves_the_page_usable(
    qtbot: QtBot, page: PredictPage, session: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    photo = write_jpeg(tmp_path / "owl.jpg")
    fake_engine.die_next()
    with qtbot.waitSignal(session.job_ended):
        drop_data(page, files_data(photo))
    assert page.drop_here.isVisible()
    drop_data(page, files_data(photo))
    wait_for_rows(qtbot, page, session, 1)


def test_clear_empties_the_list_and_touches_no_file(
    qtbot: QtBot, page: PredictPage, session: Session, tmp_path: Path
) -> None:
    photo = write_jpeg(tmp_path / "owl.jpg")
    drop_data(page, files_data(photo))
    wait_for_rows(qtbot, page, session, 1)
    qtbot.mouseClick(page.clear_button, LEFT)
    assert not page.has_predictions
    assert page.drop_here.isVisible()
    assert photo.exists()


def test_photos_ask_to_be_saved(qtbot: QtBot, page: PredictPage, session: Session, tmp_path: Path) -> None:
    assert not page.save_button.isEnabled()
    drop_data(page, files_data(write_jpeg(tmp_path / "owl.jpg"), write_text(tmp_path / "list.jpg")))
    wait_for_rows(qtbot, page, session, 2)
    with qtbot.waitSignal(page.save_requested):
        qtbot.mouseClick(page.save_button, LEFT)


def test_another_model_offers_to_name_the_photos_again(
    qtbot: QtBot, page: PredictPage, session: Session, tmp_path: Path
) -> None:
    photo = write_jpeg(tmp_path / "an owl.jpg")
    drop_data(page, files_data(photo))
    wait_for_rows(qtbot, page, session, 1)
    with qtbot.waitSignal(session.job_ended):
        session.scan_folder(write_collection(tmp_path / "Others", ["heron", "owlet"], photos=10))
    with qtbot.waitSignal(session.job_ended, timeout=10_000):
        session.train()
    assert "model that was open before" in page.notice.text.text()
    assert [photo.path for photo in photos_of(page)] == [photo]
    qtbot.mouseClick(page.notice.button, LEFT)
    qtbot.waitUntil(lambda: not session.is_busy and len(photos_of(page)) == 1)
    assert {score.class_name for score in photos_of(page)[0].scores} == {"heron", "owlet"}
    assert not page.notice.isVisible()


def test_three_hundred_photos_arrive_in_order(
    qtbot: QtBot, page: PredictPage, session: Session, tmp_path: Path
) -> None:
    folder = write_collection(tmp_path / "Many", ["owl"], photos=300, size=16)
    drop_data(page, files_data(folder))
    wait_for_rows(qtbot, page, session, 300)
    paths = [photo.path for photo in photos_of(page)]
    assert paths == sorted(paths)
