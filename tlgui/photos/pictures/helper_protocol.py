"""The messages between a process and the helper that opens photos for it: lines of JSON; pixels follow one as bytes.

A damaged photo may control the helper, so nothing that comes from it is unpickled, and its answers are validated.
"""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import FileState, PhotoFacts, Traits
from tlgui.photos.pictures.decoded import DecodedPhoto, SmallPhoto
from tlgui.photos.pictures.opening import MAX_PIXELS, UnusablePhotoError, unusable

_LONGEST_LINE = 1 << 20
_LONGEST_FORMAT = 40
_LONGEST_CAMERA = 1 << 16  # an EXIF block is no longer
_CHANNELS = 3
_ALL_TRAITS = sum(Traits)
# The other process knows the state of the file.
_NO_STATE = FileState(0, 0)

Answer = PhotoFacts | DecodedPhoto | SmallPhoto | UnusablePhotoError


class BrokenTalkError(Exception):
    """The other end is gone, or sent an invalid message."""


@dataclass(frozen=True, slots=True)
class Task:
    """An operation of a helper on one photo.

    Args:
        operation: One of the names in `helper.OPERATIONS`.
        path: The photo.
        numbers: Further arguments of the operation, none by default.
    """

    operation: str
    path: Path
    numbers: tuple[int | None, ...] = ()


def send(stream: IO[bytes], *messages: Mapping[str, object]) -> None:
    """Send messages.

    Args:
        stream: The pipe.
        messages: Values that JSON can hold.

    Raises:
        OSError: The other end is gone.
    """
    stream.write(b"".join(map(_line, messages)))
    stream.flush()


def receive(stream: IO[bytes]) -> dict[str, Any]:
    """Wait for the next message.

    Args:
        stream: The pipe.

    Raises:
        BrokenTalkError: The other end is gone, or sent an invalid message.
    """
    try:
        return parsed(stream.readline(_LONGEST_LINE))
    except OSError as error:
        raise BrokenTalkError from error


def parsed(line: bytes) -> dict[str, Any]:
    """Return the message in a line; raises `BrokenTalkError` where it is invalid."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BrokenTalkError from error
    if not isinstance(message, dict):
        raise BrokenTalkError
    return message


def task_message(task: Task) -> dict[str, Any]:
    """Return a task as a message; its path as bytes in Latin-1, because a file name need not be valid text."""
    return {"do": task.operation, "path": os.fsencode(task.path).decode("latin-1"), "numbers": list(task.numbers)}


def task_in(message: dict[str, Any]) -> Task:
    """Return the task in a message."""
    path = Path(os.fsdecode(message["path"].encode("latin-1")))
    return Task(message["do"], path, tuple(message["numbers"]))


def send_answer(stream: IO[bytes], answer: Answer) -> None:
    """Send the answer for a task."""
    if isinstance(answer, DecodedPhoto):
        _send_pixels(stream, answer.traits, answer.pixels)
    elif isinstance(answer, SmallPhoto):
        _send_pixels(stream, answer.traits, answer.thumbnail, answer.square)
    elif isinstance(answer, PhotoFacts):
        send(stream, {"facts": [answer.width, answer.height, answer.format, answer.taken, answer.camera]})
    else:
        send(stream, {"refusal": [answer.kind.value, answer.reason, answer.hint, answer.is_lasting]})


def answer_in(message: dict[str, Any], stream: BufferedReader, task: Task) -> Answer:
    """Return the answer for a task.

    Args:
        message: As received from the helper.
        stream: Pixels are read from here.
        task: The task that was sent.

    Raises:
        BrokenTalkError: The message is not a valid answer.
    """
    try:
        match message:
            case {"pixels": [[int(height), int(width)]], "traits": int(traits)}:
                return DecodedPhoto(_pixels(stream, height, width), Traits(traits & _ALL_TRAITS))
            case {"pixels": [[int(height), int(width)], [int(side), int(same)]], "traits": int(traits)} if side == same:
                thumbnail, square = _pixels(stream, height, width), _pixels(stream, side, side)
                return SmallPhoto(thumbnail, square, Traits(traits & _ALL_TRAITS))
            case {"facts": [int(width), int(height), str(form), taken, str(camera)]}:
                return _facts(width, height, form, None if taken is None else float(taken), camera)
            case {"refusal": [kind, reason, hint, is_lasting]}:
                return unusable(task.path, ProblemKind(kind), str(reason), str(hint), is_lasting=bool(is_lasting))
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise BrokenTalkError from error
    raise BrokenTalkError


def _send_pixels(stream: IO[bytes], traits: Traits, *pictures: NDArray[np.uint8]) -> None:
    stream.write(_line({"pixels": [picture.shape[:2] for picture in pictures], "traits": int(traits)}))
    for picture in pictures:
        stream.write(np.ascontiguousarray(picture).data.cast("B"))
    stream.flush()


def _line(message: Mapping[str, object]) -> bytes:
    return json.dumps(message).encode("ascii") + b"\n"


def _facts(width: int, height: int, form: str, taken: float | None, camera: str) -> PhotoFacts:
    _check_size(height, width)
    if len(form) > _LONGEST_FORMAT or len(camera) > _LONGEST_CAMERA or not math.isfinite(taken or 0):
        raise BrokenTalkError
    return PhotoFacts(_NO_STATE, width, height, form, taken, camera)


def _check_size(height: int, width: int) -> None:
    if height < 1 or width < 1 or height * width > MAX_PIXELS:
        raise BrokenTalkError


def _pixels(stream: BufferedReader, height: int, width: int) -> NDArray[np.uint8]:
    _check_size(height, width)
    pixels = np.empty((height, width, _CHANNELS), np.uint8)
    if stream.readinto(pixels.data.cast("B")) != pixels.size:
        raise BrokenTalkError
    return pixels
