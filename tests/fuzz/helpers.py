"""What a process is told by the helper that opens photos for it, which a photo may have taken over."""

import contextlib
import io
from pathlib import Path

import numpy as np

from tests.fuzz.families import Family
from tests.fuzz.json_mutation import lines_changed
from tests.fuzz.mutation import bytes_changed
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import FileState, PhotoFacts, Traits
from tlgui.photos.pictures.decoded import DecodedPhoto
from tlgui.photos.pictures.helper_protocol import Answer, BrokenTalkError, Task, answer_in, receive, send_answer
from tlgui.photos.pictures.opening import unusable
from tlgui.photos.storage.facts_pack import packed

_TASK = Task("facts", Path("photo.heic"))


def family() -> Family:
    """Return the family of answers."""
    return Family("helper-answers", _make_seeds, {"answer": _read_answer}, (lines_changed, bytes_changed), share=0.5)


def _make_seeds(folder: Path) -> None:
    answers: dict[str, Answer] = {
        "pixels": DecodedPhoto(np.zeros((6, 5, 3), np.uint8), Traits.PARTIAL_RANGE),
        "facts": PhotoFacts(FileState(0, 0), 640, 480, "HEIF", 1.5e9, "Maker"),
        "refusal": unusable(_TASK.path, ProblemKind.UNREADABLE, "It is damaged."),
    }
    for name, answer in answers.items():
        stream = io.BytesIO()
        send_answer(stream, answer)
        (folder / name).write_bytes(stream.getvalue())


def _read_answer(path: Path) -> None:
    with contextlib.suppress(BrokenTalkError), path.open("rb") as stream:
        answer = answer_in(receive(stream), stream, _TASK)
        if isinstance(answer, PhotoFacts):
            # So it is kept.
            packed({"photo.heic": answer})
