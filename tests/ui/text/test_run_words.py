"""Runs in words, for the list of runs and for screen readers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.ui.results.runs import SHORT, Trainer
from tlgui.learning.runs.run import RunStatus
from tlgui.learning.runs.training_photos import PhotoChanges
from tlgui.ui.results.run_comparison import compared_rows
from tlgui.ui.session.session import Session
from tlgui.ui.text.run_words import (
    RunRow,
    accessible_text,
    best_so_far,
    details_text,
    needs_attention,
    run_rows,
    status_text,
    trained_before,
    when,
)

NOW = datetime(2026, 11, 22, 14, 2, tzinfo=timezone(timedelta(hours=1)))


def row(session: Session, run_id: str) -> RunRow:
    return next(row for row in run_rows(session.run_list.runs, session.model) if row.id == run_id)


def test_run_is_said_in_words(opened: Session, train: Trainer, interrupted: str) -> None:
    broken = replace(row(opened, interrupted), created=NOW - timedelta(hours=2), seconds=130.0)
    assert broken.run is not None
    assert status_text(broken) == "Interrupted after 2 epochs"
    assert needs_attention(broken)
    assert details_text(broken, NOW) == "today 12:02 · 2 minutes"
    assert details_text(replace(broken, name="with owls"), NOW) == "today 12:02 · 2 minutes · Quick"
    assert accessible_text(broken, NOW) == "Quick: Interrupted after 2 epochs, today 12:02 · 2 minutes"
    failed = replace(broken, run=replace(broken.run, status=RunStatus.FAILED))
    assert status_text(failed) == "Failed after 2 epochs"
    gone = replace(broken, run=replace(broken.run, status=RunStatus.FINISHED, has_model=False))
    assert status_text(gone) == "Its model is gone"
    assert best_so_far(broken) == "63.0 %"
    assert compared_rows([broken])[0].values == ("63.0 % so far",)
    finished = row(opened, train(SHORT))
    assert status_text(finished) == "About 9 in 10 right (90.0 %)"
    assert not needs_attention(finished)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=1), "today 14:01"),
        (timedelta(hours=14, minutes=3), "yesterday 23:59"),
        (timedelta(days=3), "19 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
    ],
)
def test_times_are_said_as_people_do(ago: timedelta, words: str) -> None:
    assert when((NOW - ago).astimezone(UTC), NOW) == words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (PhotoChanges(), ""),
        (PhotoChanges(moved=14, added=3), "Trained before 14 photos moved and 3 were added."),
        (PhotoChanges(added=1), "Trained before 1 photo was added."),
        (PhotoChanges(gone=1, moved=1), "Trained before 1 photo moved and 1 was taken out."),
        (
            PhotoChanges(added=12_000, gone=2, moved=1, relabelled=5),
            "Trained before 1 photo moved, 5 got another class name, 12,000 were added and 2 were taken out.",
        ),
    ],
)
def test_changes_in_words(changes: PhotoChanges, words: str) -> None:
    assert trained_before(changes) == words
