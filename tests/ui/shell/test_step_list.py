"""The list of steps has room for every state."""

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tlgui.ui.shell.step_list import Mark, Step, StepList, StepState


def drawn(qtbot: QtBot, words: str, more: int) -> QImage:
    """Return the list with a state, in its own width, however much wider it is."""
    steps = StepList()
    qtbot.addWidget(steps)
    width = steps.sizeHint().width()
    steps.resize(width + more, 400)
    steps.set_state(Step.PHOTOS, StepState(words, Mark.PROBLEM))
    steps.choose(Step.PREDICT)
    return steps.grab().toImage().copy(0, 0, width - 8, steps.sizeHintForRow(0))


@pytest.mark.parametrize("words", ["Needs more photos", "Too many classes", "No better than luck"])
def test_state_with_a_mark_is_shown_whole(qtbot: QtBot, words: str) -> None:
    assert drawn(qtbot, words, 0) == drawn(qtbot, words, 200)
