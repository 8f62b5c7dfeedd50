"""A photo that ends the process which opens it: the window is another one."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.pictures import write_crashing_heic, write_heic
from tests.ui.waiting import WAIT_MS, finish
from tlgui.photos.collection import ProblemKind
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.thumbnails import ThumbnailLoader


def test_window_lists_a_photo_that_crashes_its_library_and_shows_the_others(
    qtbot: QtBot, session: Session, birds: Path
) -> None:
    bad = write_crashing_heic(birds / "robin" / "bad.heic")
    good = write_heic(birds / "robin" / "good.heic")

    finish(qtbot, session.scan_folder(birds))
    qtbot.waitUntil(lambda: not session.review.is_looking, timeout=WAIT_MS)

    assert session.collection is not None
    assert good in {photo.path for photo in session.collection.photos()}
    problems = {problem.path: problem.kind for problem in session.collection.problems}
    assert problems == {bad: ProblemKind.UNREADABLE}


def test_thumbnail_of_a_photo_that_crashes_its_library_is_missing(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbnailLoader(32)
    bad, good = write_crashing_heic(tmp_path / "bad.heic"), write_heic(tmp_path / "good.heic")

    for path, is_missing in ((bad, True), (good, False)):
        with qtbot.waitSignal(loader.loaded, timeout=WAIT_MS):
            assert loader.image(path) is None
        image = loader.image(path)
        assert image is not None
        assert image.isNull() is is_missing
