"""The answers in words: what the model says, what the person said, and what is known of the file."""

from dataclasses import replace
from pathlib import Path

import pytest

from tlgui.learning.results import ClassScore
from tlgui.learning.trust import Verdict
from tlgui.ui.board.answer_words import (
    answer_in_words,
    answers_in_words,
    file_in_words,
    further_words,
    name_in_sentence,
)
from tlgui.ui.board.columns import BoardPhoto

ROSE = BoardPhoto(
    row=0,
    path=Path("/photos/Garden/IMG_1.jpg"),
    scores=(ClassScore("rose", 0.934), ClassScore("tulip", 0.05)),
    verdict=Verdict.NAMED,
    answer="rose",
    is_decided=False,
    decided_at="",
    error="",
    digest=b"1" * 32,
    time=1_714_745_100.0,
    distance=0.1,
)


def test_named_photo_is_told_with_its_percentage() -> None:
    assert answer_in_words(ROSE) == "rose, 93 % sure"
    assert further_words(ROSE) == "Next best: tulip 5 %"
    assert further_words(replace(ROSE, scores=ROSE.scores[:1])) == ""


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ((("rose", 0.5), ("tulip", 0.4)), "Not sure: rose or tulip?"),
        ((("rose", 0.5), ("tulip", 0.05)), "Not sure: perhaps rose?"),
        ((("rose", 0.06), ("tulip", 0.05)), "Not sure: perhaps rose?"),
    ],
)
def test_unsure_photo_is_told_with_the_classes_that_come_into_question(
    scores: tuple[tuple[str, float], ...], words: str
) -> None:
    found = tuple(ClassScore(*score) for score in scores)
    photo = replace(ROSE, scores=found, verdict=Verdict.NOT_SURE, answer="")
    assert answer_in_words(photo) == words
    assert further_words(photo) == f"rose {round(scores[0][1] * 100)} %, tulip {round(scores[1][1] * 100)} %"


def test_photo_unlike_anything_is_told_with_what_it_would_have_to_be() -> None:
    photo = replace(ROSE, verdict=Verdict.UNLIKE, answer="")
    assert answer_in_words(photo) == "Unlike anything it learned"
    assert further_words(photo) == "If it had to choose: rose, 93 % sure."


def test_decision_is_told_beside_what_the_model_had_said() -> None:
    photo = replace(ROSE, answer="tulip", is_decided=True)
    assert answer_in_words(photo) == "You said: tulip"
    assert further_words(photo) == "The model had said: rose, 93 % sure."
    assert further_words(replace(ROSE, is_decided=True)) == "The model says so too, 93 % sure."


def test_photo_that_could_not_be_read_is_told_with_the_reason() -> None:
    photo = replace(ROSE, scores=(), answer="", error="It is empty.")
    assert answer_in_words(photo) == "It could not be read"
    assert further_words(photo) == "It is empty."


def test_name_written_right_to_left_stays_in_its_place() -> None:
    assert name_in_sentence("rose") == "rose"
    assert name_in_sentence("ורד") == "\u200e" + "ורד" + "\u200e"
    assert name_in_sentence("a\nb") == "a\\x0ab"


def test_several_photos_are_told_by_their_classes_most_first() -> None:
    assert answers_in_words({"rose": 3, "tulip": 12}, 2) == "tulip 12, rose 3, not named 2"
    numbers = {f"class {place}": 10 - place for place in range(6)}
    assert answers_in_words(numbers, 0) == "class 0 10, class 1 9, class 2 8, class 3 7, 2 other classes 11"


def test_file_is_told_with_folder_time_and_size() -> None:
    assert file_in_words(ROSE, 2_100_000) == "IMG_1.jpg · in Garden · 3 May 2024, 14:05 · 2.1 MB"
    assert file_in_words(replace(ROSE, path=Path("/a.jpg"), time=None)) == "a.jpg"
    assert file_in_words(replace(ROSE, path=Path("/a.jpg"), time=1e30)) == "a.jpg"
