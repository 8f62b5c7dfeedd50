"""The rows of the list of runs, and their texts: the runs of the collection, and an open model that is no run's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QDate, QLocale

from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import Evaluation, ModelComparison, ModelSummary
from tlgui.learning.runs.run import Run, RunStatus
from tlgui.learning.runs.training_photos import PhotoChanges
from tlgui.photos.counting import joined
from tlgui.photos.names import one_line
from tlgui.progress import EpochEnded
from tlgui.text.accuracy import accuracy_in_few_words
from tlgui.text.numbers import count, duration_in_words, percent
from tlgui.ui.text.model_words import origin_in_words, path_title

_ENGLISH = QLocale(QLocale.Language.English)
_OPENED_ID = "opened model"
# The button beside `proposal_text`.
USE_THIS = "Use this one"
_EARLY = {
    RunStatus.FAILED: "Failed after {}",
    RunStatus.INTERRUPTED: "Interrupted after {}",
    RunStatus.UNSAVED: "Trained for {}, not saved",
}


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run, or the open model where that belongs to no run.

    Args:
        id: Unique among the rows.
        name: The name.
        recipe: The recipe it was trained by.
        history: Its epochs.
        evaluation: The evaluation of its model; None where there is none, or it is not known.
        created: When its training started.
        seconds: The time trained so far, in seconds.
        is_active: Whether its model is the open one.
        run: The run; None for a model that is no run's.
        model: The summary of its model; None where there is none, or it was not read yet.
    """

    id: str
    name: str
    recipe: Recipe
    history: tuple[EpochEnded, ...]
    evaluation: Evaluation | None
    created: datetime
    seconds: float
    is_active: bool
    run: Run | None
    model: ModelSummary | None


def run_rows(runs: Sequence[Run], model: ModelSummary | None) -> tuple[RunRow, ...]:
    """Return a row for each run, in order, after one for the open model where that is no run's."""
    rows = [_run_row(run, model) for run in runs]
    if model is not None and not any(row.is_active for row in rows):
        rows.insert(0, _opened_row(model))
    return tuple(rows)


def status_text(row: RunRow) -> str:
    """Return the status of a run: the accuracy of its model, or why it has none."""
    run = row.run
    epochs = count("epoch", len(row.history))
    if run is None or run.status is RunStatus.FINISHED:
        return _finished(row)
    if run.status is RunStatus.RUNNING:
        return "Training now"
    return _EARLY[run.status].format(epochs)


def needs_attention(row: RunRow) -> bool:
    """Return whether a run ended early, or lost its model."""
    run = row.run
    if run is None or run.status is RunStatus.RUNNING:
        return False
    return run.status is not RunStatus.FINISHED or not run.has_model


def details_text(row: RunRow, now: datetime) -> str:
    """Return when a run was trained, how long it took, and its recipe where the name differs from it.

    For a model that no run of the collection made, its origin comes first.
    """
    origin = [origin_in_words(row.model).capitalize()] if row.run is None and row.model is not None else []
    parts = [*origin, when(row.created, now)]
    if row.seconds:
        parts.append(duration_in_words(row.seconds).removeprefix("about "))
    if row.recipe.name != row.name:
        parts.append(row.recipe.name)
    return " · ".join(parts)


def when(time: datetime, now: datetime) -> str:
    """Return a time in words, such as “today 14:02” or “3 Nov 2026”."""
    local = time.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days in {0, 1}:
        return f"{'yesterday' if days else 'today'} {local:%H:%M}"
    pattern = "d MMM" if local.year == now.year else "d MMM yyyy"
    return _ENGLISH.toString(QDate(local.year, local.month, local.day), pattern)


def accessible_text(row: RunRow, now: datetime) -> str:
    """Return the text of a row for screen readers."""
    active = "in use, " if row.is_active else ""
    return one_line(f"{row.name}: {active}{status_text(row)}, {details_text(row, now)}")


def trained_before(changes: PhotoChanges) -> str:
    """Return how the photos changed since a training, such as “Trained before 14 photos moved and 3 were added.”."""
    parts = [
        (changes.moved, "moved"),
        (changes.relabelled, "got another class name"),
        (changes.added, "was added" if changes.added == 1 else "were added"),
        (changes.gone, "was taken out" if changes.gone == 1 else "were taken out"),
    ]
    changed = [(number, what) for number, what in parts if number]
    if not changed:
        return ""
    first, *rest = changed
    phrases = [f"{count('photo', first[0])} {first[1]}", *(f"{number:,} {what}" for number, what in rest)]
    return f"Trained before {joined(phrases)}."


def proposal_text(run: Run, comparison: ModelComparison | None, used: ModelSummary, used_run: Run | None) -> str:
    """Return why a trained run is not in use, with the accuracy of its model and of the one in use.

    Args:
        run: The trained run.
        comparison: How often both models are right on the same photos; None if they could not be compared.
        used: The model in use.
        used_run: Its run; None if no run of the collection made it.
    """
    name = used_run.name if used_run is not None else path_title(used.path)
    stays = f"“{name}” stays in use"
    if comparison is not None:
        same = count("photo", comparison.photo_count)
        old, new = (percent(right / comparison.photo_count) for right in (comparison.used_right, comparison.new_right))
        return f"{stays}: it is right on {old} of the same {same}, “{run.name}” on {new}."
    evaluations = (used.evaluation, run.model.evaluation if run.model is not None else None)
    old, new = ("an unknown share" if known is None else percent(known.accuracy) for known in evaluations)
    return (
        f"{stays}, because the two could not be compared on the same photos. "
        f"Each on photos of its own, “{name}” is right on {old}, “{run.name}” on {new}."
    )


def best_so_far(row: RunRow) -> str:
    """Return the validation accuracy of the best epoch of a run, as a percentage; empty before the first epoch."""
    best = next((epoch for epoch in reversed(row.history) if epoch.is_best), None)
    return percent(best.validation_accuracy) if best is not None else ""


def _finished(row: RunRow) -> str:
    if row.run is not None and not row.run.has_model:
        return "Its model is gone"
    return accuracy_in_few_words(row.evaluation) if row.evaluation is not None else "Not measured"


def _run_row(run: Run, model: ModelSummary | None) -> RunRow:
    return RunRow(
        id=run.id,
        name=run.name,
        recipe=run.recipe,
        history=run.history,
        evaluation=run.model.evaluation if run.model is not None else None,
        created=run.created_at,
        seconds=run.seconds,
        is_active=model is not None and model.path == run.model_path,
        run=run,
        model=run.model,
    )


def _opened_row(model: ModelSummary) -> RunRow:
    created = datetime.fromisoformat(model.created)
    return RunRow(
        id=_OPENED_ID,
        name=path_title(model.path),
        recipe=model.recipe,
        history=model.history,
        evaluation=model.evaluation,
        # A time without an offset is taken as local time.
        created=created.astimezone(),
        seconds=model.seconds,
        is_active=True,
        run=None,
        model=model,
    )
