"""The previews of the augmentation: updated after each change, and never while a job is under way."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tlgui.engine.protocol import PreviewRequest
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import Augmentation, Recipe
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext, Progress, Stage
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.train.preview_strip import PREVIEWS, PreviewStrip, preview_paths
from tlgui.ui.train.train_page import TrainPage


def asked(engine: FakeEngine) -> list[PreviewRequest]:
    return [request for request in engine.requests if isinstance(request, PreviewRequest)]


def turned(degrees: float) -> Recipe:
    return Recipe(name=QUICK.name, augmentation=Augmentation(rotation=degrees))


def wait_for_previews(qtbot: QtBot, strip: PreviewStrip) -> None:
    qtbot.waitUntil(lambda: not any(picture.is_empty for picture in strip.pictures))


def test_previews_show_photos_of_every_class(birds: Path) -> None:
    collection = scan(birds, JobContext())
    paths = preview_paths(collection)
    assert len(paths) == PREVIEWS
    assert {path.parent.name for path in paths} == {"robin", "wren", "owl"}


def test_tiny_collection_shows_what_it_has(tmp_path: Path) -> None:
    collection = scan(write_collection(tmp_path / "Few", ["robin", "wren"], photos=2), JobContext())
    assert len(preview_paths(collection)) == 4


def test_eight_previews_come_even_without_any_change(
    qtbot: QtBot, train_page: TrainPage, fake_engine: FakeEngine
) -> None:
    strip = train_page.form.augmentation.previews
    wait_for_previews(qtbot, strip)
    assert len(strip.pictures) == PREVIEWS
    assert asked(fake_engine)[0].augmentation == Augmentation()
    assert train_page.form.augmentation.note.text().startswith("No variations are made now")


def test_many_quick_changes_are_asked_for_once_and_the_last_wins(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    wait_for_previews(qtbot, train_page.form.augmentation.previews)
    before = len(asked(fake_engine))
    for degrees in range(1, 20):
        opened.set_recipe(turned(degrees))
    qtbot.waitUntil(lambda: len(asked(fake_engine)) > before)
    assert [request.augmentation.rotation for request in asked(fake_engine)[before:]] == [19.0]


def test_change_while_previews_are_made_is_shown_in_the_end(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.LOADING)
    opened.set_recipe(turned(10))
    qtbot.waitUntil(lambda: gate.is_reached)
    opened.set_recipe(turned(20))
    opened.set_recipe(turned(30))
    gate.open()
    qtbot.waitUntil(lambda: asked(fake_engine)[-1].augmentation.rotation == 30.0)
    wait_for_previews(qtbot, train_page.form.augmentation.previews)


def test_hidden_strip_requests_nothing(
    qtbot: QtBot, opened: Session, settings: Settings, fake_engine: FakeEngine
) -> None:
    page = TrainPage(opened, settings)
    qtbot.addWidget(page)
    opened.set_recipe(turned(10))
    debounce = page.form.augmentation.previews._debounce
    assert not debounce.isActive()
    debounce.timeout.emit()
    assert asked(fake_engine) == []


def test_training_ends_the_previews_and_they_follow_afterwards(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    wait_for_previews(qtbot, train_page.form.augmentation.previews)
    gate = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.LOADING)
    opened.set_recipe(turned(10))
    qtbot.waitUntil(lambda: gate.is_reached)
    before = len(asked(fake_engine))
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        # The previews still wait at the gate: unless they are stopped, the training cannot begin.
        opened.train()
    gate.open()
    train_page.show_choices()
    qtbot.waitUntil(lambda: len(asked(fake_engine)) > before)
    assert asked(fake_engine)[-1].augmentation.rotation == 10.0
    assert opened.model is not None


def test_photo_that_is_gone_is_named_under_the_previews(
    qtbot: QtBot, train_page: TrainPage, opened: Session, birds: Path
) -> None:
    strip = train_page.form.augmentation.previews
    wait_for_previews(qtbot, strip)
    (birds / "owl" / "photo 000.jpg").unlink()
    opened.set_recipe(turned(10))
    qtbot.waitUntil(lambda: "photo 000.jpg" in strip.note.text())


def test_copies_hide_the_note(train_page: TrainPage, opened: Session) -> None:
    opened.set_recipe(Recipe(augmentation=Augmentation(copies=2)))
    assert not train_page.form.augmentation.note.text().startswith("No variations are made now")
