"""What the Results page says of one run: where its accuracy comes from, how it was trained, and why it has no model."""

from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import Evaluation, ModelSummary
from tlgui.learning.runs.run import Run, RunStatus
from tlgui.text.accuracy import accuracy_notes
from tlgui.text.numbers import count, stop_reason_in_words
from tlgui.text.trust import judged_in_words
from tlgui.ui.recipes.setting_values import is_used, value_in_words
from tlgui.ui.recipes.setting_words import SETTINGS, setting_name
from tlgui.ui.text.run_words import RunRow, best_so_far

NOT_MEASURED = "How good this model is was not measured: it had no validation photos."
NO_TRUST = (
    "How true its percentages are is not known of this model. A new training tells, and lets it answer “not sure” and "
    "“unlike anything it learned”, where there are enough photos."
)
_RUNNING = "This training is under way. Its curves are on the Train page of its window."
_GONE = "The file of its model was deleted, moved or overwritten, so it cannot be used any more."
_RESUME = "Resume it to train on where it ended, or use the best epoch as it is."
_OPEN = "Its model was written before it was interrupted: use it as it is."
_WRITE = "Resume it to write its model; it is not trained again."
_LOST = "Nothing was kept that it could go on from; train it anew."


def title_line(row: RunRow) -> str:
    """Return the name of a run and what it is of, such as “Quick 2 · 3 classes · 2 processor cores”."""
    classes = row.run.class_names if row.run is not None else row.model.class_names if row.model is not None else ()
    parts = [row.name, *([row.recipe.name] if row.recipe.name != row.name else []), count("class", len(classes))]
    if row.run is not None and row.run.started_from:
        parts.append(f"trained further from “{row.run.started_from}”")
    if row.run is not None and row.run.device:
        parts.append(row.run.device)
    return " · ".join(parts)


def explanation(row: RunRow, evaluation: Evaluation | None) -> str:
    """Return which photos the accuracy comes from and what else has to be known of it, or why there is none.

    Args:
        row: The run.
        evaluation: The one that is shown.
    """
    if row.model is None:
        return _missing_model(row)
    sentences = [judged_in_words(evaluation), *accuracy_notes(evaluation)] if evaluation is not None else [NOT_MEASURED]
    if row.run is not None and not row.run.has_model:
        sentences.append(_GONE)
    return " ".join(sentences)


def story(model: ModelSummary, run: Run | None) -> str:
    """Return how a model was trained: by how many photos, why it ended, and where it was saved."""
    sentences = [
        f"It learned from {count('photo', model.photo_count)}.",
        f"{stop_reason_in_words(model.stop_reason, len(model.history))}.",
    ]
    if run is not None and run.saved is not None:
        sentences.append(f"Its model was saved as {run.saved.path}.")
    return " ".join(sentences)


def settings_lines(recipe: Recipe) -> tuple[str, ...]:
    """Return the settings that a recipe uses, a line each."""
    used = [path for path in SETTINGS if is_used(recipe, path)]
    return tuple(f"{setting_name(path)}: {value_in_words(recipe, path)}" for path in used)


def _missing_model(row: RunRow) -> str:
    """Return why a run has no result, its best accuracy, and what can be done with it."""
    run = row.run
    if run is None or run.status is RunStatus.RUNNING:
        return _RUNNING
    sentences = [run.problem] if run.problem else []
    best = best_so_far(row)
    if best:
        sentences.append(f"At its best it named {best} of the validation photos rightly.")
    if run.status is RunStatus.UNSAVED and run.can_resume:
        sentences.append(_WRITE)
    else:
        sentences.append(_RESUME if run.can_resume else _OPEN if run.has_model else _LOST)
    return " ".join(sentences)
