"""Photos that were not to be suggested again are not, after a restart either."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.board.conftest import OpenWindow
from tests.ui.board.deciding import rows
from tests.ui.board.test_look_suggestions import cloud, put
from tests.ui.board.windows import Window
from tlgui import files
from tlgui.errors import NewerFileError
from tlgui.ui.board.dismissed_file import MOST_PHOTOS, DismissedFile
from tlgui.ui.board.suggestions import Suggestion, SuggestionRequest


def fill(window: Window) -> None:
    """Put five photos that look alike on the board, after many robins and wrens."""
    photos = window.board.photos
    put(photos, cloud(2, 5, spread=0.03, seed=2), 0.8)
    put(photos, cloud(0, 20), 0.9, first=5)
    put(photos, cloud(1, 20, seed=1), 0.1, first=25)


def suggested(qtbot: QtBot, window: Window, name: str) -> Suggestion | None:
    """Decide that the first photo shows a class, and return what is suggested then."""
    window.board.decide(rows(0), name, "name a photo")
    window.settle()
    jobs = window.session._jobs
    qtbot.waitUntil(lambda: not any(isinstance(job.request, SuggestionRequest) for job in jobs.background))
    return window.board.suggestion()


def test_dismissed_photos_are_not_suggested_after_a_restart(
    qtbot: QtBot, birds: Path, board_window: Window, open_window: OpenWindow
) -> None:
    fill(board_window)
    assert suggested(qtbot, board_window, "heron") is not None
    board_window.board.dismiss_suggestion()
    board_window.settle()
    board_window.close()

    again = open_window(birds)
    fill(again)
    assert suggested(qtbot, again, "heron") is None
    other = suggested(qtbot, again, "owl")
    assert other is not None
    assert other.class_name == "owl"


def test_they_belong_to_the_collection(qtbot: QtBot, tmp_path: Path, birds: Path, board_window: Window) -> None:
    fill(board_window)
    assert suggested(qtbot, board_window, "heron") is not None
    board_window.board.dismiss_suggestion()
    board_window.settle()
    kept = json.loads((files.workspace_path(birds) / "dismissed.json").read_text())
    assert len(kept["photos"]["heron"]) == 4
    assert board_window.session.model is not None
    alone = files.copy(board_window.session.model.path, tmp_path / "alone.tlmodel")
    board_window.session.open_model(alone)
    board_window.settle()
    fill(board_window)
    assert suggested(qtbot, board_window, "heron") is not None


def test_file_keeps_what_was_added_and_the_latest_of_too_many(tmp_path: Path) -> None:
    file = DismissedFile(tmp_path / "new")
    assert file.read() == {}
    digests = [number.to_bytes(32, "big") for number in range(MOST_PHOTOS + 5)]
    file.add("heron", digests[:3])
    file.add("owl", digests[:1])
    file.add("heron", digests)
    assert file.read() == {"heron": tuple(digests[5:]), "owl": tuple(digests[:1])}


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"dismissed": 1, "photos": {"heron": ["00"]}}', '{"dismissed": 1, "photos": []}']
)
def test_damaged_file_is_set_aside(tmp_path: Path, text: str, expect_log: Callable[[str], None]) -> None:
    expect_log("which photos were not to be suggested is damaged")
    (tmp_path / "dismissed.json").write_text(text)
    assert DismissedFile(tmp_path).read() == {}
    assert (tmp_path / "dismissed.json.damaged").read_text() == text


def test_file_of_a_later_version_is_left(
    qtbot: QtBot, birds: Path, board_window: Window, open_window: OpenWindow, expect_log: Callable[[str], None]
) -> None:
    expect_log("kept by a later version of tlgui")
    expect_log("could not be kept")
    board_window.close()
    path = files.workspace_path(birds) / "dismissed.json"
    path.write_text('{"dismissed": 2}')
    again = open_window(birds)
    fill(again)
    assert suggested(qtbot, again, "heron") is not None
    again.board.dismiss_suggestion()
    again.settle()
    assert path.read_text() == '{"dismissed": 2}'
    with pytest.raises(NewerFileError):
        DismissedFile(path.parent).read()
