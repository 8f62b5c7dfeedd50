"""Where it looked, in the full view of a photo: over the right photo, on request only, and never in the way."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.photos.conftest import choose_rows
from tests.ui.waiting import Open
from tlgui.engine.protocol import ExplainRequest, Request
from tlgui.progress import JobContext, Notice, Progress
from tlgui.ui.photos.photo_items import PhotoItem
from tlgui.ui.photos.photo_view import PhotoView
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session.session import Session
from tlgui.ui.viewer.photo_canvas import PhotoCanvas


def layer_of(canvas: PhotoCanvas) -> bool:
    """Return whether something lies over the photo."""
    return canvas._layer.isVisible()


def opened(qtbot: QtBot, page: PhotosPage) -> PhotoView:
    """Return the full view of the first owl."""
    page.view.table.choose(frozenset({"owl"}))
    qtbot.waitUntil(lambda: bool(page.browser.grid.photos.items))
    choose_rows(page, 0)
    page.browser.open_photo()
    view = page.browser.opener.view
    assert view is not None
    qtbot.waitUntil(lambda: view.canvas._picture.pixmap().width() > 10)
    return view


@pytest.fixture
def view(qtbot: QtBot, page: PhotosPage, trained: Session) -> PhotoView:
    """Return the full view of the first of ten owls, with a model in use."""
    assert trained.model is not None
    return opened(qtbot, page)


def asked(engine: FakeEngine) -> list[Path]:
    """Return the photos that the engine was asked about."""
    return [request.photo for request in engine.requests if isinstance(request, ExplainRequest)]


def test_answer_that_takes_long_says_why(
    qtbot: QtBot, view: PhotoView, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = fake_engine.run

    def run_later(request: Request[Any], context: JobContext) -> object:
        if isinstance(request, ExplainRequest):
            context.report(Notice("This model answers when the training has ended.", "It is an old one."))
        return run(request, context)

    monkeypatch.setattr(fake_engine, "run", run_later)
    gate = fake_engine.pause_before(Progress)
    view.explanation.button.click()
    qtbot.waitUntil(lambda: gate.is_reached)

    qtbot.waitUntil(
        lambda: view.explanation.words.text() == "This model answers when the training has ended. It is an old one."
    )
    gate.open()
    qtbot.waitUntil(lambda: layer_of(view.canvas))
    assert "It looked at" in view.explanation.words.text()


def test_without_a_model_there_is_no_button(
    qtbot: QtBot, page: PhotosPage, birds: Path, open_folder: Open, fake_engine: FakeEngine
) -> None:
    open_folder(birds)
    view = opened(qtbot, page)
    assert view.explanation.button.isHidden()
    QTest.keyClick(view.canvas, Qt.Key.Key_W)
    assert asked(fake_engine) == []
    assert view.explanation.words.isHidden()


def test_key_w_shows_the_place_in_words_and_over_the_photo_and_takes_it_away(
    qtbot: QtBot, view: PhotoView, fake_engine: FakeEngine
) -> None:
    assert asked(fake_engine) == []
    assert view.explanation.button.isVisible()
    assert view.explanation.words.isHidden()

    view.explanation.button.click()
    qtbot.waitUntil(lambda: layer_of(view.canvas))

    assert (
        view.explanation.words.text()
        == "The model in use says “owl”, 80.0 % sure. It looked at: mostly the lower left."
    )
    # Stretched from the square to the photo.
    layer, photo = view.canvas._layer.sceneBoundingRect(), view.canvas._picture.sceneBoundingRect()
    assert abs(layer.width() - photo.width()) < 0.01
    assert abs(layer.height() - photo.height()) < 0.01
    view.explanation.button.click()
    assert not layer_of(view.canvas)
    assert view.explanation.words.isHidden()


@pytest.mark.usefixtures("trained")
def test_layer_has_the_proportions_of_the_photo(qtbot: QtBot, page: PhotosPage, birds: Path) -> None:
    write_jpeg(birds / "owl" / "photo 000.jpg", 90, 30)
    view = opened(qtbot, page)
    view.explanation.button.click()
    qtbot.waitUntil(lambda: layer_of(view.canvas))
    layer = view.canvas._layer.sceneBoundingRect()
    assert layer.width() == pytest.approx(90)
    assert layer.height() == pytest.approx(30)


def test_stepping_quickly_ends_with_the_place_in_the_photo_that_is_shown(
    qtbot: QtBot, view: PhotoView, fake_engine: FakeEngine, birds: Path
) -> None:
    view.explanation.button.click()
    qtbot.waitUntil(lambda: layer_of(view.canvas))
    gate = fake_engine.pause_before(Progress)

    for _ in range(4):
        QTest.keyClick(view.canvas, Qt.Key.Key_Right)
        # What the model said of the photo before is gone at once.
        assert not layer_of(view.canvas)
    assert view.explanation.words.text() == "Asking the model where it looked…"
    gate.open()

    qtbot.waitUntil(lambda: layer_of(view.canvas))
    explanation = view.explanation._explanation
    assert explanation is not None
    assert explanation.path == birds / "owl" / "photo 004.jpg"
    assert view.windowTitle().startswith("photo 004.jpg")


def test_closing_the_view_stops_asking_and_opening_it_again_asks_again(
    qtbot: QtBot, view: PhotoView, session: Session, fake_engine: FakeEngine, page: PhotosPage
) -> None:
    gate = fake_engine.pause_before(Progress)
    view.explanation.button.click()
    qtbot.waitUntil(lambda: gate.is_reached)

    view.close()
    qtbot.waitUntil(lambda: not session._jobs.background)
    assert not layer_of(view.canvas)
    gate.open()
    page.browser.open_photo()

    qtbot.waitUntil(lambda: layer_of(view.canvas))


def test_photo_that_cannot_be_read_says_so(qtbot: QtBot, view: PhotoView, birds: Path) -> None:
    (birds / "owl" / "photo 001.jpg").write_bytes(b"no photo")
    view.explanation.button.click()
    QTest.keyClick(view.canvas, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: "photo 001.jpg" in view.explanation.words.text())
    assert not layer_of(view.canvas)


def test_another_model_in_use_is_asked_anew_and_none_takes_the_button_away(
    qtbot: QtBot, view: PhotoView, session: Session, fake_engine: FakeEngine
) -> None:
    view.explanation.button.click()
    qtbot.waitUntil(lambda: layer_of(view.canvas))
    model = session.model
    assert model is not None
    count = len(asked(fake_engine))

    session.in_use.use(model)
    qtbot.waitUntil(lambda: len(asked(fake_engine)) > count and layer_of(view.canvas))
    session.in_use.clear()

    assert view.explanation.button.isHidden()
    assert view.explanation.words.isHidden()
    assert not layer_of(view.canvas)


def test_another_view_of_another_photo_disturbs_nothing(
    qtbot: QtBot, view: PhotoView, session: Session, fake_engine: FakeEngine, birds: Path
) -> None:
    gate = fake_engine.pause_before(Progress)
    view.explanation.button.click()
    qtbot.waitUntil(lambda: gate.is_reached)
    other = PhotoView(session.explanations)
    qtbot.addWidget(other)

    other.show_item(PhotoItem(birds / "wren" / "photo 001.jpg", "wren"), 0, 1, can_mend=False)
    other.show()
    other.explanation.button.click()
    gate.open()

    qtbot.waitUntil(lambda: layer_of(view.canvas) and layer_of(other.canvas))
    assert view.explanation.words.text().startswith("The model in use says “owl”")
    assert other.explanation.words.text().startswith("The model in use says “wren”")
