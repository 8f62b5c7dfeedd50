"""The class of a photo is called right: it is remembered wherever the photo goes, and can be taken back."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contexts import stopping_at
from tests.unit.photos.mending.small_collection import PLACES, QUIET, before, into, places, robins, undone
from tlgui.errors import Cancelled
from tlgui.photos.health.findings import ConfirmClass, Together
from tlgui.photos.mending.mender import Mended, Mender
from tlgui.photos.storage.choices import Choices


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_answer_is_remembered_and_nothing_is_moved(mender: Mender, folder: Path, choices: Choices) -> None:
    first, second = robins(folder)
    mended = mender.apply(ConfirmClass((first, second, first)), QUIET)

    assert mended == Mended(2, (), "Kept the class of 2 photos: you are not asked about it again.")
    assert choices.confirmed() == {digest(PLACES[0]), digest(PLACES[1])}
    assert places(folder) == before()


def test_undo_after_a_restart_takes_back_what_was_new(
    mender: Mender, folder: Path, choices: Choices, restarted: Callable[[], Mender]
) -> None:
    first, second = robins(folder)
    mender.apply(ConfirmClass((first,)), QUIET)
    mender.apply(ConfirmClass((first, second)), QUIET)

    again = restarted()
    assert again.next_undo() == "keep the class of 1 photo"
    assert undone(again).words == "Undone: keep the class of 1 photo."
    assert choices.confirmed() == {digest(PLACES[0])}
    undone(again)
    assert choices.confirmed() == frozenset()
    assert again.next_undo() is None


def test_photo_that_cannot_be_read_is_said(mender: Mender, folder: Path, choices: Choices) -> None:
    first, second = robins(folder)
    second.unlink()
    mended = mender.apply(ConfirmClass((first, second)), QUIET)

    assert mended.done == 1
    assert [problem.path for problem in mended.problems] == [second]
    assert mended.words.endswith("1 could not be read.")
    assert choices.confirmed() == {digest(PLACES[0])}


def test_move_that_answers_a_doubt_is_undone_as_one(mender: Mender, folder: Path, choices: Choices) -> None:
    first, _ = robins(folder)
    mended = mender.apply(Together((ConfirmClass((first,)), into(folder / "wren", first)), ""), QUIET)
    assert mended.words == "Moved 1 photo to “wren”."
    assert choices.confirmed() == {digest(PLACES[0])}

    assert mender.next_undo() == "move 1 photo to “wren”"
    undone(mender)
    assert places(folder) == before()
    assert choices.confirmed() == frozenset()


def test_stopped_before_the_end_nothing_is_remembered(mender: Mender, folder: Path, choices: Choices) -> None:
    with pytest.raises(Cancelled):
        mender.apply(ConfirmClass(robins(folder)), stopping_at(2))
    assert choices.confirmed() == frozenset()
    assert mender.next_undo() is None


def test_answer_that_a_kill_cut_short_is_settled(
    mender: Mender, folder: Path, workspace: Path, choices: Choices, restarted: Callable[[], Mender]
) -> None:
    first, _ = robins(folder)
    mender.apply(ConfirmClass((first,)), QUIET)
    (journal,) = (workspace / "mendings").glob("*.jsonl")
    lines = journal.read_text().splitlines()
    assert "missed" in json.loads(lines[-1])
    journal.write_text("\n".join(lines[:-1]) + "\n")

    restarted().recover()
    assert restarted().next_undo() == "keep the class of 1 photo"

    journal.write_text("\n".join(lines[:-1]) + "\n")
    choices.take_back(choices.confirmed())
    restarted().recover()
    assert restarted().next_undo() is None
