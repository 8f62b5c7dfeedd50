"""Many photos are divided in the background: the window stays usable, and shows the parts when they are known."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection, write_split_collection
from tests.ui.waiting import Open
from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, Split
from tlgui.photos.split import split_collection
from tlgui.ui.photos.photo_items import PhotoUse
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session import known_split
from tlgui.ui.session.session import Session

Settle = Callable[[], None]
Asked = tuple[float, float, bool, int]


class Divider:
    """Divides photos while its gate is open, and records the arguments and the thread of each call."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[Asked] = []
        self.was_gui_thread: list[bool] = []
        self.error: CollectionError | None = None

    def hold(self) -> None:
        """Close the gate, and clear the records."""
        self.gate.clear()
        self.asked.clear()

    def split(self, collection: Collection, *asked: *Asked) -> Split:
        self.asked.append(asked)
        self.was_gui_thread.append(threading.current_thread() is threading.main_thread())
        assert self.gate.wait(10)
        if self.error is not None:
            raise self.error
        return split_collection(collection, *asked)


@pytest.fixture
def page(photos_page: PhotosPage) -> PhotosPage:
    return photos_page


@pytest.fixture
def divider(monkeypatch: pytest.MonkeyPatch) -> Divider:
    divider = Divider()
    monkeypatch.setattr(known_split, "split_collection", divider.split)
    return divider


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set ten photos as the number from which on they are divided in the background."""
    monkeypatch.setattr(known_split, "_MOST_AT_ONCE", 10)


def use_validation(session: Session, share: float) -> None:
    session.set_recipe(replace(session.recipe, split=replace(session.recipe.split, validation=share)))


def bar(page: PhotosPage) -> str:
    return page.view.split_bar.accessibleName() if not page.view.split_bar.isHidden() else ""


def text(page: PhotosPage) -> str:
    return page.view.split_text.text()


@pytest.mark.usefixtures("many")
def test_window_does_not_divide_many_photos_itself(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, open_folder: Open, divider: Divider
) -> None:
    open_folder(birds)
    assert bar(page) == "Split: Training 24, Validation 6, Test 0"
    divider.hold()
    use_validation(session, 0.5)
    qtbot.waitUntil(lambda: bool(divider.asked))
    assert text(page).startswith("Dividing")
    assert bar(page) == ""
    # The photos are shown meanwhile, and the session stays free.
    assert len(page.browser.grid.photos.items) == 30
    assert not session.is_busy
    divider.gate.set()
    qtbot.waitUntil(lambda: bool(bar(page)))
    assert bar(page) == "Split: Training 15, Validation 15, Test 0"
    assert text(page).startswith("50 %")
    page.browser.filters.use.setCurrentIndex(list(PhotoUse).index(PhotoUse.VALIDATION))
    assert len(page.browser.grid.photos.items) == 15
    assert not any(divider.was_gui_thread)


@pytest.mark.usefixtures("many")
def test_folders_own_split_is_computed_in_the_background(
    qtbot: QtBot, page: PhotosPage, tmp_path: Path, open_folder: Open, divider: Divider
) -> None:
    open_folder(write_split_collection(tmp_path / "Own", ["robin", "wren"], photos=4))
    own = bar(page)
    divider.hold()
    page.view.own_split.click()
    assert text(page).startswith("Dividing")
    assert bar(page) == ""
    divider.gate.set()
    qtbot.waitUntil(lambda: bar(page) not in {"", own})
    assert not page.view.own_split.isChecked()
    # A cached split is shown at once.
    page.view.own_split.click()
    assert bar(page) == own
    assert not any(divider.was_gui_thread)


def test_few_photos_are_divided_at_once(
    page: PhotosPage, session: Session, birds: Path, open_folder: Open, divider: Divider
) -> None:
    open_folder(birds)
    use_validation(session, 0.5)
    assert bar(page) == "Split: Training 15, Validation 15, Test 0"
    assert divider.was_gui_thread[-1]


@pytest.mark.usefixtures("many")
def test_only_the_last_of_many_requests_is_computed(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, open_folder: Open, divider: Divider
) -> None:
    open_folder(birds)
    divider.hold()
    shown: list[str] = []
    session.known_split.known.connect(lambda: shown.append(bar(page)))
    use_validation(session, 0.4)
    qtbot.waitUntil(lambda: len(divider.asked) == 1)
    for share in (0.45, 0.3, 0.5):
        use_validation(session, share)
    divider.gate.set()
    qtbot.waitUntil(lambda: bool(bar(page)))
    assert bar(page) == "Split: Training 15, Validation 15, Test 0"
    # The split under way is dropped, and those in between were never begun.
    assert [asked[0] for asked in divider.asked] == [0.4, 0.5]
    assert len(shown) == 1


@pytest.mark.usefixtures("many")
def test_split_of_a_folder_that_was_closed_is_dropped(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, tmp_path: Path, divider: Divider, open_folder: Open
) -> None:
    open_folder(birds)
    divider.hold()
    use_validation(session, 0.5)
    qtbot.waitUntil(lambda: len(divider.asked) == 1)
    session.scan_folder(write_collection(tmp_path / "Others", ["oak", "elm"], photos=8))
    divider.gate.set()
    qtbot.waitUntil(lambda: bar(page) == "Split: Training 8, Validation 8, Test 0", timeout=20_000)
    qtbot.waitUntil(lambda: not session.known_split.is_dividing)
    qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=20_000)
    assert bar(page) == "Split: Training 8, Validation 8, Test 0"


@pytest.mark.usefixtures("many")
def test_shares_that_cannot_be_are_explained(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, open_folder: Open, divider: Divider
) -> None:
    open_folder(birds)
    divider.error = CollectionError("The class “owl” is too small.", "Use less for the test.")
    use_validation(session, 0.5)
    qtbot.waitUntil(lambda: text(page) == "The class “owl” is too small. Use less for the test.")
    assert bar(page) == ""
    for _ in range(2):
        with pytest.raises(CollectionError):
            session.split()
    asked = len(divider.asked)
    divider.error = None
    use_validation(session, 0.2)
    qtbot.waitUntil(lambda: bool(bar(page)))
    assert len(divider.asked) <= asked + 1


@pytest.mark.usefixtures("many")
def test_window_can_be_closed_while_photos_are_divided(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, open_folder: Open, divider: Divider
) -> None:
    open_folder(birds)
    divider.hold()
    use_validation(session, 0.4)
    qtbot.waitUntil(lambda: len(divider.asked) == 1)
    use_validation(session, 0.5)
    assert page.isVisible()
    threading.Timer(0.1, divider.gate.set).start()
    assert session.close(10_000)
    qtbot.waitUntil(lambda: not session.known_split.is_dividing)
    assert len(divider.asked) == 1
