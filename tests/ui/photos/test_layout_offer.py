"""The Photos page offers other ways to read a folder, asks which one is meant, and reads it so from then on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.waiting import shown
from tests.unit.photos.scanning.test_layout import ARCHIVE, GROUPS, TABLE, write, write_table
from tlgui.ui.photos.layout_offer import GroupsPart, NamesPart, TablePart
from tlgui.ui.photos.layout_picture import LayoutPicture
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings


@pytest.fixture
def page(qtbot: QtBot, session: Session, settings: Settings) -> Iterator[PhotosPage]:
    page = PhotosPage(session, settings)
    with shown(qtbot, page, 1000, 800):
        yield page


def open_folder(qtbot: QtBot, session: Session, folder: Path) -> None:
    with qtbot.waitSignal(session.collection_changed):
        session.scan_folder(folder)
    qtbot.waitUntil(lambda: not session.is_busy)


def press(qtbot: QtBot, session: Session, button: QAbstractButton) -> tuple[str, ...]:
    """Press a button by keyboard, and return the classes that come of it."""
    button.setFocus()
    with qtbot.waitSignal(session.collection_changed):
        QTest.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not session.is_busy)
    assert session.collection is not None
    return session.collection.class_names


def test_plain_folder_has_no_offer(qtbot: QtBot, session: Session, page: PhotosPage, birds: Path) -> None:
    open_folder(qtbot, session, birds)

    assert page.view.layout_offer.isHidden()


def test_groups_are_asked_about_with_two_pictures(
    qtbot: QtBot, session: Session, page: PhotosPage, tmp_path: Path
) -> None:
    open_folder(qtbot, session, write(tmp_path / "garden", *GROUPS))
    bar = page.view.layout_offer
    (part,) = bar.offers
    assert isinstance(part, GroupsPart)
    assert bar.isVisible()
    assert bar.accessibleName() == "Are these folders the classes, or groups of classes?"
    assert part.outer_picture.accessibleName() == "2 classes: animals (6), plants (6)"
    assert part.inner_picture.accessibleName() == "4 classes: cats (3), dogs (3), oak (3), rose (3)"

    assert press(qtbot, session, part.inner_picture) == ("cats", "dogs", "oak", "rose")

    assert bar.offers == ()
    assert bar.settled.text.text() == "You chose: the inner folders are the classes."
    open_folder(qtbot, session, tmp_path / "garden")
    assert session.collection is not None
    assert len(session.collection.classes) == 4, "the answer is remembered"


def test_groups_answer_can_be_changed(qtbot: QtBot, session: Session, page: PhotosPage, tmp_path: Path) -> None:
    open_folder(qtbot, session, write(tmp_path / "garden", *GROUPS))
    bar = page.view.layout_offer
    (part,) = bar.offers
    assert isinstance(part, GroupsPart)
    assert press(qtbot, session, part.outer_picture) == ("animals", "plants")
    assert bar.settled.text.text() == "You chose: the folders are the classes."

    QTest.mouseClick(bar.settled.otherwise_button, Qt.MouseButton.LeftButton)
    (part,) = bar.offers
    assert isinstance(part, GroupsPart)
    assert press(qtbot, session, part.inner_picture) == ("cats", "dogs", "oak", "rose")


def test_names_are_offered_for_an_archive_without_class_folders(
    qtbot: QtBot, session: Session, page: PhotosPage, tmp_path: Path
) -> None:
    open_folder(qtbot, session, write(tmp_path / "dogs-vs-cats", *ARCHIVE))
    bar = page.view.layout_offer
    (part,) = bar.offers
    assert isinstance(part, NamesPart)
    assert "cat (2), dog (2)" in part.text.text()
    assert part.preview.labels[0][0].text() == "cat.0.jpg"
    assert part.preview.labels[0][1].text() == "→ cat"
    assert part.folders_button.isVisible()
    assert "named like the parts of a split" in page.view.advice_text.text()

    assert press(qtbot, session, part.use_button) == ("cat", "dog")

    assert bar.settled.copy_button.isVisible()
    page.browser.grid.selectAll()
    assert not page.browser.can_move(), "there are no class folders to move them to"


def test_table_is_offered_with_its_columns_and_what_it_lacks(
    qtbot: QtBot, session: Session, page: PhotosPage, tmp_path: Path
) -> None:
    folder = write(tmp_path / "traps", *(f"site {site}/{name}.jpg" for site in (1, 2) for name in "abc"))
    write_table(folder, f"{TABLE[0]},time", *(f"{line},{'day' if 'a.jpg' in line else 'night'}" for line in TABLE[1:]))
    open_folder(qtbot, session, folder)
    (part,) = page.view.layout_offer.offers
    assert isinstance(part, TablePart)
    assert "1 row of 5 names a file that is not in the folder. 2 photos have no label" in part.text.text()
    assert [part.columns.itemText(place) for place in range(part.columns.count())] == ["species", "time"]
    assert part.preview.labels[1][1].text() == "→ wren"

    part.columns.setCurrentIndex(1)
    assert part.preview.labels[1][1].text() == "→ night"
    assert press(qtbot, session, part.use_button) == ("day", "night")


def test_class_of_a_table_can_be_shown_under_another_name(
    qtbot: QtBot, session: Session, page: PhotosPage, tmp_path: Path
) -> None:
    folder = write(tmp_path / "traps", *(f"site {site}/{name}.jpg" for site in (1, 2) for name in "ab"))
    write_table(folder, *TABLE)
    open_folder(qtbot, session, folder)
    (part,) = page.view.layout_offer.offers
    assert isinstance(part, TablePart)
    press(qtbot, session, part.use_button)

    for shown_name, names in (("Eule", ("Eule", "wren")), ("Kauz", ("Kauz", "wren")), ("", ("owl", "wren"))):
        assert session.collection is not None
        with qtbot.waitSignal(session.collection_changed):
            session.review.show_class_as(session.collection.class_names[0], shown_name)
        qtbot.waitUntil(lambda: not session.is_busy)
        assert session.collection.class_names == names


def test_labelled_photos_are_copied_into_class_folders(
    qtbot: QtBot, session: Session, page: PhotosPage, tmp_path: Path
) -> None:
    open_folder(qtbot, session, write(tmp_path / "dogs-vs-cats", *ARCHIVE))
    (part,) = page.view.layout_offer.offers
    assert isinstance(part, NamesPart)
    press(qtbot, session, part.use_button)
    target = tmp_path / "by class"
    target.mkdir()

    QTest.mouseClick(page.view.layout_offer.settled.copy_button, Qt.MouseButton.LeftButton)
    (dialog,) = page.window().findChildren(QFileDialog)
    with qtbot.waitSignal(session.job_ended):
        dialog.fileSelected.emit(str(target))
    dialog.close()

    assert sorted(path.name for path in target.rglob("*.jpg")) == ["cat.0.jpg", "cat.1.jpg", "dog.0.jpg", "dog.1.jpg"]
    assert session.review.next_undo == "copy 4 photos into 2 class folders"
    assert session.collection is not None
    assert session.collection.folder == tmp_path / "dogs-vs-cats"


def test_offer_waits_while_a_job_is_under_way(qtbot: QtBot, session: Session, page: PhotosPage, tmp_path: Path) -> None:
    open_folder(qtbot, session, write(tmp_path / "dogs-vs-cats", *ARCHIVE))
    bar = page.view.layout_offer

    page.view.set_free(False)
    assert not bar.offers[0].isEnabled()
    page.view.set_free(True)
    assert bar.offers[0].isEnabled()


def test_picture_grows_with_the_text_and_elides_long_names(qtbot: QtBot) -> None:
    picture = LayoutPicture()
    qtbot.addWidget(picture)
    picture.show_folders(["a" * 300, "b\u202e"], [["c", "d", "e"], ["f"]], "2 classes", marks_inner=True)
    before = picture.sizeHint()
    font = picture.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    picture.setFont(font)

    assert picture.sizeHint().height() > 1.5 * before.height()
    picture.resize(picture.sizeHint())
    assert not picture.grab().isNull()
