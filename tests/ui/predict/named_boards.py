"""A board with photos of known answers, for tests of what shows it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from tests.pictures import write_jpeg
from tlgui.learning.results import ClassScore, ModelSummary, Prediction
from tlgui.learning.trust import Trust
from tlgui.ui.board.board import Board
from tlgui.ui.session.session import Session

LOOK_LENGTH = 8


def scores_of(**probabilities: float) -> tuple[ClassScore, ...]:
    """Return scores, most probable first, such as `scores_of(owl=0.9, wren=0.1)`."""
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    return tuple(ClassScore(name, probability) for name, probability in ranked)


def look_of_class(place: int, tilt: float = 0.0) -> bytes:
    """Return the look of a photo: near the axis of its class, the more tilted the farther."""
    look = np.zeros(LOOK_LENGTH, np.float32)
    look[place], look[LOOK_LENGTH - 1] = 1.0, tilt
    return (look / np.linalg.norm(look)).astype(np.float16).tobytes()


def named(path: Path, scores: tuple[ClassScore, ...], look: bytes = b"", distance: float | None = None) -> Prediction:
    """Return the prediction of a photo, which is written to `path` in a size that tells it apart from others."""
    if not path.exists():
        write_jpeg(path, 64, 48, seed=len(path.name))
    digest = path.name.encode().ljust(32)[-32:]
    return Prediction(path, scores, distance=distance, digest=digest, look=look, time=1_714_745_100.0)


def fill_board(
    qtbot: QtBot, session: Session, board: Board, predictions: Sequence[Prediction], trust: Trust | None = None
) -> ModelSummary:
    """Name the photos of predictions, and put these on the board in place of what the fake engine says.

    Args:
        qtbot: Waits.
        session: With a model in use.
        board: The board.
        predictions: Of photos that exist.
        trust: What the model says of its answers.

    Returns:
        The model of the board.
    """
    assert session.model is not None
    session.in_use.use(replace(session.model, trust=trust))
    board.name_photos([prediction.path for prediction in predictions])
    qtbot.waitUntil(lambda: not session.is_busy and len(board.photos) == len(predictions), timeout=20_000)
    rows = board.photos.put(predictions)
    board.grew.emit(rows)
    assert board.model is not None
    return board.model
