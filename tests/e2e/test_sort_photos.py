"""From unsorted photos to folders in the real program: name, correct, sort, undo, and learn from the corrections."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from tests.e2e.driving import Driver, Story
from tests.ui.shell.driving import answer, drop
from tlgui.photos.mending.records import Act
from tlgui.photos.samples import SAMPLE_CLASSES, draw_picture
from tlgui.ui.predict.sort_dialog import SortDialog
from tlgui.ui.shell.step_list import Step

PHOTOS_OF_A_KIND = 4
CORRECTED = ("IMG 0.jpg", "IMG 1.jpg")
"""Two boats, of which the person says that they are trees."""
BOATS, TREES = SAMPLE_CLASSES[0], SAMPLE_CLASSES[2]


def test_unsorted_photos_are_sorted_undone_and_learned_from(
    run: Callable[[Story], None], photos: Path, tmp_path: Path
) -> None:
    unsorted, sorted_folder = tmp_path / "camera", tmp_path / "sorted"
    write_unsorted(unsorted)
    before = contents(unsorted)

    def first(driver: Driver) -> None:
        window = driver.window
        driver.open_photos(photos)
        driver.start_training()
        driver.wait_until_idle()
        window.show_step(Step.PREDICT)
        assert drop(window.pages.predict, unsorted)
        driver.wait(lambda: len(window.pages.predict.board.photos) == len(before))
        driver.wait_until_idle()
        for name in CORRECTED:
            decide(driver, unsorted / name, TREES)

        sort(driver, sorted_folder, Act.COPY)
        assert contents(unsorted) == before
        assert {name for name, _ in contents(sorted_folder / TREES)} >= set(CORRECTED)
        assert count_below(sorted_folder) == len(before) - 1
        driver.press("undo")
        driver.wait_until_idle()
        assert not sorted_folder.exists()

        sort(driver, sorted_folder, Act.MOVE)
        assert [name for name, _ in contents(unsorted)] == ["no photo.jpg"]
        assert count_below(sorted_folder) == len(before) - 1

    def second(driver: Driver) -> None:
        window = driver.window
        driver.open_photos(photos)
        window.show_step(Step.PREDICT)
        board = window.pages.predict.board
        driver.wait(lambda: len(board.photos) >= len(before) - 1 and not board.is_naming)
        corrected = [sorted_folder / TREES / name for name in CORRECTED]
        driver.wait(lambda: all(is_decided(driver, path) for path in corrected))
        driver.wait(lambda: bool(window.commands.can_undo()))
        driver.press("undo")
        answer(window, "Take it back")
        driver.wait_until_idle()
        assert contents(unsorted) == before
        assert not sorted_folder.exists()

        known = count_below(photos / TREES)
        driver.press("add-corrections")
        driver.wait(lambda: count_below(photos / TREES) == known + len(CORRECTED))
        driver.wait_until_idle()
        assert contents(unsorted) == before
        QTest.mouseClick(window.messages.offer_button, Qt.MouseButton.LeftButton)
        driver.wait(lambda: window.session.is_training)
        driver.wait_until_idle()
        # Boats among the trees make no better model, so that the person decides to use it.
        newest = window.session.run_list.runs[0]
        if window.session.active_run != newest:
            window.session.use_run(newest)
        driver.wait(lambda: board.answer_changes is not None)
        changes = board.answer_changes
        assert changes is not None
        assert changes.corrected == len(CORRECTED)
        assert changes.sentence() == window.pages.predict.corrections.notice.text.text()
        assert len(window.session.run_list.runs) == 2

    run(first)
    run(second)


def write_unsorted(folder: Path) -> None:
    """Write photos of every kind, and a file that is none."""
    folder.mkdir()
    for kind in range(len(SAMPLE_CLASSES)):
        for number in range(PHOTOS_OF_A_KIND):
            draw_picture(kind, 5000 + number, 96).save(folder / f"IMG {kind * PHOTOS_OF_A_KIND + number}.jpg")
    (folder / "no photo.jpg").write_text("I only look like one")


def decide(driver: Driver, path: Path, class_name: str) -> None:
    """Choose a photo in the grid, and press the key of a class."""
    page = driver.window.pages.predict
    row = page.board.photos.row_of(path)
    assert row is not None
    driver.wait(lambda: row in [item.row for item in page.view.grid.photos.items])
    place = [item.row for item in page.view.grid.photos.items].index(row)
    page.view.grid.setCurrentIndex(page.view.grid.photos.index(place, 0))
    QTest.keyClick(page.view.grid, Qt.Key(Qt.Key.Key_1 + SAMPLE_CLASSES.index(class_name)))
    driver.wait(lambda: page.board.photos.photo(row).answer == class_name)
    assert is_decided(driver, path)


def is_decided(driver: Driver, path: Path) -> bool:
    """Return whether a photo is on the board, as the person named it."""
    photos = driver.window.pages.predict.board.photos
    row = photos.row_of(path)
    return row is not None and photos.photo(row).is_decided


def sort(driver: Driver, into: Path, act: Act) -> None:
    """Sort all photos of the board by the dialog."""
    window = driver.window
    driver.press("sort")
    (dialog,) = [each for each in window.findChildren(SortDialog) if each.isVisible()]
    for scope in dialog.form.scopes.buttons():
        if scope.text().replace("&", "").startswith("All"):
            scope.click()
    dialog.form.choose_act(act)
    field: QLineEdit = dialog.form.into
    field.setText(str(into))
    driver.wait(lambda: dialog.plan is not None and dialog.plan.options.into == into and dialog.plan.options.act is act)
    QTest.mouseClick(dialog.sort_button, Qt.MouseButton.LeftButton)
    driver.wait(lambda: window.session.is_busy or bool(window.messages.message.text()))
    driver.wait_until_idle()
    assert not dialog.isVisible()


def contents(folder: Path) -> list[tuple[str, bytes]]:
    """Return the names and bytes of the files in a folder."""
    return sorted((path.name, path.read_bytes()) for path in folder.iterdir() if path.is_file())


def count_below(folder: Path) -> int:
    """Return how many files there are in a folder and below."""
    return sum(1 for path in folder.rglob("*") if path.is_file())
