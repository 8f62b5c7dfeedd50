"""A board of named photos, for tests of what a person decides about them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from tests.pictures import write_jpeg
from tests.ui.waiting import WAIT_MS
from tlgui.ui.board.board import Board
from tlgui.ui.board.columns import Rows
from tlgui.ui.board.decision_log import DecisionsRequest


def rows(*numbers: int) -> Rows:
    return np.array(numbers, np.intp)


def write_photos(folder: Path, names: Iterable[str]) -> list[Path]:
    """Write photos that all differ; the fake engine names each by the class in its name."""
    folder.mkdir(exist_ok=True)
    return [write_jpeg(folder / f"{name}.jpg", seed=1000 + number) for number, name in enumerate(names)]


def settle(qtbot: QtBot, board: Board) -> None:
    """Wait until all photos are named and all that was decided is read and written."""
    session = board._session

    def is_settled() -> bool:
        waits = any(isinstance(job.request, DecisionsRequest) for job in session._jobs.background)
        return not session.is_busy and not waits and not board.is_naming and not board.waiting_count

    qtbot.waitUntil(is_settled, timeout=WAIT_MS)


def named(qtbot: QtBot, board: Board, paths: Iterable[Path]) -> Board:
    board.name_photos(list(paths))
    settle(qtbot, board)
    return board


def answers(board: Board) -> dict[str, str]:
    """Return what is shown of each photo, by the stem of its name; a star marks the person's."""
    photos = (board.photos.photo(row) for row in range(len(board.photos)))
    return {photo.path.stem: photo.answer + "*" * photo.is_decided for photo in photos}
