from pathlib import Path

import pytest

from tlgui.engine.protocol import PredictRequest
from tlgui.ui.session.requests import SortAgainRequest, SortRequest, UndoSortRequest
from tlgui.ui.shell.closing_question import under_way_in_words


@pytest.mark.parametrize(
    ("request_", "what", "stays"),
    [
        (PredictRequest(Path(), ()), "Photos are still being named.", "What is named stays"),
        (SortRequest(Path()), "Photos are still being sorted.", "What is sorted stays"),
        (SortAgainRequest(Path()), "Photos are still being sorted.", "you can go on, or take it back"),
        (UndoSortRequest(Path()), "A sort is still being taken back.", "Undo takes the rest back"),
        (None, "Something is still under way.", "Stop it and close?"),
    ],
)
def test_question_says_what_is_under_way_and_what_stays_of_it(request_: object, what: str, stays: str) -> None:
    words, question = under_way_in_words(request_)
    assert words == what
    assert question.startswith("Stop it and close?")
    assert stays in question
