"""Trains recipes one after another on the same photos, and compares their accuracies and times."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from tlgui.engine.protocol import TrainRequest
from tlgui.errors import Cancelled, TlguiError
from tlgui.files import temporary_folder
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import Baseline, Evaluation, Interval, ModelSummary, StopReason
from tlgui.photos.collection import Collection
from tlgui.photos.names import one_line
from tlgui.text.accuracy import interval_ends, no_better_in_words
from tlgui.text.numbers import percent

_NO_PHOTOS = "There are no validation photos to judge it by."
_COLUMNS = "{:<30}{:>9}  {:<18}{:>9}{:>9}"


@dataclass(frozen=True, slots=True)
class Score:
    """The result of a recipe.

    Args:
        recipe: The recipe, as it was trained.
        accuracies: The validation accuracy, 0..1, for each seed; empty where it was not trained.
        low: The lowest of them; for a single seed the low end of its range with 95 % confidence.
        high: The highest of them; for a single seed the high end of that range.
        seconds: The mean time of a training.
        problem: Why it could not be trained, in plain words; empty where it was.
        balanced_accuracies: The balanced accuracy for each seed, 0..1.
        baseline: What always naming the largest class reaches, on average; it is beaten where `low` is above it. None
            where fewer than two classes have validation photos.
    """

    recipe: Recipe
    accuracies: tuple[float, ...] = ()
    low: float = 0.0
    high: float = 1.0
    seconds: float = 0.0
    problem: str = ""
    balanced_accuracies: tuple[float, ...] = ()
    baseline: Baseline | None = None

    @property
    def accuracy(self) -> float:
        """The mean accuracy, 0..1."""
        return fmean(self.accuracies)

    @property
    def balanced_accuracy(self) -> float:
        """The mean balanced accuracy, 0..1."""
        return fmean(self.balanced_accuracies)


def compare_recipes(
    collection: Collection, recipes: Sequence[Recipe], seeds: int, train: Callable[[TrainRequest], ModelSummary]
) -> Iterator[Score]:
    """Train each recipe, and yield its score when it is trained.

    The models are written to a temporary folder that is removed. A recipe that cannot be trained, for lack of weights
    for example, gets a score with the reason, and the next one is trained.

    Args:
        collection: The photos.
        recipes: The recipes, in order.
        seeds: How often each is trained: with its seed, and with those that follow it.
        train: Runs one training.

    Yields:
        The score of each recipe.

    Raises:
        Cancelled: A training was stopped; its accuracy so far would be no fair comparison.
    """
    with temporary_folder() as folder:
        for recipe in recipes:
            try:
                runs = [
                    _trained(collection, dataclasses.replace(recipe, seed=recipe.seed + place), folder, train)
                    for place in range(seeds)
                ]
            except TlguiError as error:
                yield Score(recipe, problem=f"{error.message} {error.hint}".strip())
            else:
                yield _score(recipe, runs)


def score_header(seeds: int) -> str:
    """Return the line above the rows of `score_row`."""
    ends = "lowest to highest" if seeds > 1 else "95 % range"
    return _COLUMNS.format("recipe", "accuracy", ends, "balanced", "seconds")


def score_row(score: Score) -> str:
    """Return a score as a line of a table."""
    if score.problem:
        return f"{one_line(score.recipe.name):<30}  not trained: {score.problem}"
    if len(score.accuracies) == 1:
        low, high = interval_ends(Interval(score.low, score.high))
        ends = f"{low} to {high} %"
    else:
        ends = f"{percent(score.low).removesuffix(' %')} to {percent(score.high)}"
    balanced, seconds = percent(score.balanced_accuracy), f"{score.seconds:,.0f}"
    row = _COLUMNS.format(one_line(score.recipe.name), percent(score.accuracy), ends, balanced, seconds)
    if score.baseline is None or score.baseline.is_beaten:
        return row
    return f"{row}  {no_better_in_words(score.accuracy, score.baseline)}"


def _trained(
    collection: Collection, recipe: Recipe, folder: Path, train: Callable[[TrainRequest], ModelSummary]
) -> ModelSummary:
    path = folder / "model.tlmodel"
    try:
        model = train(TrainRequest(collection, recipe, path))
    finally:
        # Some recipes' models are large, and there may be many seeds.
        path.unlink(missing_ok=True)
    if model.stop_reason is StopReason.STOPPED:
        raise Cancelled
    return model


def _score(recipe: Recipe, runs: Sequence[ModelSummary]) -> Score:
    evaluations = [run.evaluation for run in runs if run.evaluation is not None and run.evaluation.photo_count]
    if not evaluations:
        return Score(recipe, problem=_NO_PHOTOS)
    accuracies = tuple(evaluation.accuracy for evaluation in evaluations)
    low, high = min(accuracies), max(accuracies)
    if len(evaluations) == 1:
        low, high = evaluations[0].interval.low, evaluations[0].interval.high
    return Score(
        recipe,
        accuracies,
        low,
        high,
        fmean(run.seconds for run in runs),
        balanced_accuracies=tuple(evaluation.balanced_accuracy for evaluation in evaluations),
        baseline=_baseline(evaluations, low),
    )


def _baseline(evaluations: Sequence[Evaluation], low: float) -> Baseline | None:
    baselines = [evaluation.baseline for evaluation in evaluations if evaluation.baseline is not None]
    if not baselines:
        return None
    share = fmean(baseline.accuracy for baseline in baselines)
    return Baseline(baselines[0].class_name, share, is_beaten=low > share)
