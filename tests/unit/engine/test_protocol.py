"""Answers and errors are unchanged by pickling."""

import pickle

import pytest

from tlgui.engine.protocol import BugError, Failed
from tlgui.errors import EngineError, PhotoError, TlguiError


@pytest.mark.parametrize("kind", [TlguiError, PhotoError, EngineError])
def test_error_keeps_its_kind_and_words_across_the_boundary(kind: type[TlguiError]) -> None:
    answer = pickle.loads(pickle.dumps(Failed(kind("“a.jpg” is empty.", "Remove it."))))

    assert type(answer.error) is kind
    assert (answer.error.message, answer.error.hint) == ("“a.jpg” is empty.", "Remove it.")


def test_bug_keeps_its_details_across_the_boundary() -> None:
    error = pickle.loads(pickle.dumps(BugError("Something broke.", "Traceback: here")))

    assert (error.message, error.details) == ("Something broke.", "Traceback: here")
    assert "report" in error.hint
