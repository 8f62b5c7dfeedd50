"""The classes: photos from outside are dropped on their rows."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl

from tests.pictures import write_jpeg, write_text
from tests.ui.dragging import drop_at, drop_data, enter_at, files_data, move_to, place_of
from tests.ui.waiting import Open
from tlgui.errors import TlguiError
from tlgui.photos.layouts import ClassSource, LayoutChoice
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session.session import Session

Settle = Callable[[], None]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    folder.mkdir()
    return folder


@pytest.fixture
def opened(page: PhotosPage, birds: Path, open_folder: Open) -> PhotosPage:
    open_folder(birds)
    return page


class TestDroppedFiles:
    def test_photos_are_added_to_the_class_and_undone(
        self, opened: PhotosPage, session: Session, birds: Path, card: Path, settle: Settle
    ) -> None:
        table = opened.view.table
        new = [write_jpeg(card / name, seed=seed) for seed, name in enumerate(["photo 000.jpg", "new.jpg"])]
        assert drop_data(table.viewport(), files_data(*new), place_of(table, "wren"))
        settle()
        assert len(names(birds / "wren")) == 12
        assert {"new.jpg", "photo 000 (2).jpg"} < set(names(birds / "wren"))
        assert all(path.exists() for path in new)
        assert len(opened.browser.grid.photos.items) == 32
        assert session.review.next_undo == "add 2 photos to “wren”"
        session.review.undo()
        settle()
        assert len(names(birds / "wren")) == 10

    def test_folder_brings_its_photos_and_no_photo_is_told_by_name(
        self, opened: PhotosPage, session: Session, birds: Path, card: Path, settle: Settle
    ) -> None:
        table = opened.view.table
        (card / "trip").mkdir()
        write_jpeg(card / "trip" / "lark.jpg", seed=4711)
        note = write_text(card / "notes.jpg")
        said: list[object] = []
        session.job_started.connect(lambda job: job.succeeded.connect(said.append))
        assert drop_data(table.viewport(), files_data(card / "trip", note), place_of(table, "owl"))
        settle()
        assert "lark.jpg" in names(birds / "owl")
        assert [problem.path for problem in said[0].problems] == [note]  # type: ignore[attr-defined]

    def test_only_the_row_of_a_class_takes_them(self, opened: PhotosPage, card: Path) -> None:
        table = opened.view.table
        data = files_data(write_jpeg(card / "new.jpg"))
        assert enter_at(table.viewport(), data)
        assert move_to(table.viewport(), data, place_of(table, "owl"))
        assert not move_to(table.viewport(), data, place_of(table, "All photos"))
        below = place_of(table, "wren")
        below.setY(table.viewport().height() - 1)
        assert not drop_at(table.viewport(), data, below)
        model, elsewhere = files_data(card / "birds.tlmodel"), files_data()
        elsewhere.setUrls([QUrl("https://example.org/owl.jpg")])
        for other in (model, elsewhere):
            assert not move_to(table.viewport(), other, place_of(table, "owl"))

    def test_classes_without_folders_take_none(
        self, page: PhotosPage, session: Session, tmp_path: Path, card: Path, open_folder: Open, settle: Settle
    ) -> None:
        loose = tmp_path / "loose"
        loose.mkdir()
        for number in range(8):
            write_jpeg(loose / f"{('cat', 'dog')[number % 2]}.{number}.jpg", seed=number)
        open_folder(loose)
        session.read_as(LayoutChoice(ClassSource.NAMES))
        settle()
        table = page.view.table
        assert not move_to(table.viewport(), files_data(write_jpeg(card / "new.jpg")), place_of(table, "cat"))

    def test_while_a_job_is_under_way_it_says_so(
        self, opened: PhotosPage, session: Session, birds: Path, card: Path, settle: Settle
    ) -> None:
        table = opened.view.table
        problems: list[TlguiError] = []
        opened.problem_raised.connect(problems.append)
        session.scan_folder(birds)
        assert drop_data(table.viewport(), files_data(write_jpeg(card / "new.jpg")), place_of(table, "owl"))
        settle()
        assert len(names(birds / "owl")) == 10
        assert [error.message for error in problems] == ["Something is still under way."]


def test_picture_that_gets_its_one_class_leaves_no_copies(
    opened: PhotosPage, session: Session, birds: Path, open_folder: Open, settle: Settle
) -> None:
    shutil.copy(birds / "owl" / "photo 001.jpg", birds / "wren" / "twin.jpg")
    open_folder(birds)
    opened.view.table.choose(frozenset({"wren"}))
    twin = [item for item in opened.browser.grid.photos.items if item.path.name == "twin.jpg"]
    opened.browser.mover.move(twin, "owl")
    settle()
    titles = [finding.title for finding in session.review.report.findings if finding.title.startswith("1")]
    assert titles == []
    assert (birds / "owl" / "twin.jpg").exists()
    session.review.undo()
    settle()
    assert (birds / "wren" / "twin.jpg").exists()
    assert session.collection is not None
    assert not session.collection.left_out
