"""What a helper answers is checked: a photo may have taken it over."""

import io
import json
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import FileState, PhotoFacts, Traits
from tlgui.photos.pictures.decoded import DecodedPhoto
from tlgui.photos.pictures.helper_protocol import Answer, BrokenTalkError, Task, answer_in, receive, send_answer
from tlgui.photos.pictures.opening import UnusablePhotoError, unusable

TASK = Task("facts", Path("photo.heic"))


def told(data: bytes) -> Answer:
    # It reads as what comes from a process does.
    stream = cast("io.BufferedReader", io.BytesIO(data))
    return answer_in(receive(stream), stream, TASK)


def sent(answer: Answer) -> Answer:
    stream = io.BytesIO()
    send_answer(stream, answer)
    return told(stream.getvalue())


def test_answers_arrive_as_they_were_sent() -> None:
    facts = PhotoFacts(FileState(0, 0), 4000, 3000, "HEIF", 1.5e9, "Maker Model")
    assert sent(facts) == facts
    photo = DecodedPhoto(np.arange(60, dtype=np.uint8).reshape(4, 5, 3), Traits.ONE_COLOUR)
    arrived = sent(photo)
    assert isinstance(arrived, DecodedPhoto)
    np.testing.assert_array_equal(arrived.pixels, photo.pixels)
    assert arrived.traits is Traits.ONE_COLOUR
    refusal = sent(unusable(TASK.path, ProblemKind.UNREADABLE, "It is damaged."))
    assert isinstance(refusal, UnusablePhotoError)
    assert refusal.reason == "It is damaged."


@pytest.mark.parametrize(
    "facts",
    [
        [10**30, 10, "HEIF", None, ""],
        [0, 10, "HEIF", None, ""],
        [-5, -5, "HEIF", None, ""],
        [1e999, 10, "HEIF", None, ""],
        ["5", 10, "HEIF", None, ""],
        [5, 10, "HEIF", 1e999, ""],
        [5, 10, "HEIF", 10**400, ""],
        [5, 10, "HEIF" * 1000, None, ""],
        [5, 10, "HEIF", None, "camera" * 50_000],
        [5, 10, "HEIF", None],
    ],
)
def test_facts_that_no_photo_has_are_no_answer(facts: list[object]) -> None:
    with pytest.raises(BrokenTalkError):
        told(json.dumps({"facts": facts}).encode() + b"\n")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[" * 100_000 + b"\n",
        b'{"pixels": [1000000, 1000000], "traits": 0}\n',
        b'{"pixels": [1, 1]}\nabc',
        b"[]\n",
        b"{}\n",
    ],
)
def test_line_that_says_nothing_is_no_answer(line: bytes) -> None:
    with pytest.raises(BrokenTalkError):
        told(line)
