"""Recipes are compared fairly: every seed counts, one that cannot be trained ends no other, and no model is left."""

import dataclasses
from pathlib import Path

import pytest

from tests.benchmarks import tutorials
from tlgui.cli.compare import Score, compare_recipes, score_header, score_row, with_weights_file
from tlgui.engine.protocol import TrainRequest
from tlgui.errors import Cancelled, WeightsError
from tlgui.learning.recipes.built_in import BALANCED, QUICK, SMALL_FROM_SCRATCH, VGG16_FROZEN
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import Evaluation, Interval, ModelSummary, StopReason
from tlgui.photos.collection import Collection, Part

COLLECTION = Collection(Path("birds"), ())


class Trainer:
    """Stands in for the engine: a recipe is right as often as `accuracies` says, seed by seed."""

    def __init__(self, accuracies: dict[str, list[float]], reason: StopReason = StopReason.COMPLETED) -> None:
        self.requests: list[TrainRequest] = []
        self._accuracies = accuracies
        self._reason = reason

    def __call__(self, request: TrainRequest) -> ModelSummary:
        self.requests.append(request)
        request.model_path.write_bytes(b"model")
        recipe = request.recipe
        if recipe.name not in self._accuracies:
            raise WeightsError(f"The weights of {recipe.name} are not there.", "Choose a file.")
        accuracy = self._accuracies[recipe.name][recipe.seed - 1]
        evaluation = Evaluation(Part.VALIDATION, 100, accuracy, Interval(accuracy - 0.1, 1.0), 0.5, (), ())
        return ModelSummary(
            request.model_path, (), recipe.backbone, 32, recipe, "", 400, evaluation, (), 10.0 * recipe.seed,
            self._reason, (),
        )  # fmt: skip


def test_every_seed_is_trained_and_counts() -> None:
    train = Trainer({"Quick": [0.8, 0.9, 0.85]})

    (score,) = compare_recipes(COLLECTION, [QUICK], 3, train)

    assert [request.recipe for request in train.requests] == [
        dataclasses.replace(QUICK, seed=seed) for seed in (1, 2, 3)
    ]
    assert score.accuracy == pytest.approx(0.85)
    assert (score.low, score.high, score.seconds) == (0.8, 0.9, 20.0)


def test_single_seed_has_the_range_of_its_evaluation() -> None:
    (score,) = compare_recipes(COLLECTION, [QUICK], 1, Trainer({"Quick": [0.8]}))

    assert score.low == pytest.approx(0.7)
    assert score.high == 1.0


def test_recipe_that_cannot_be_trained_says_why_and_ends_no_other() -> None:
    train = Trainer({"Quick": [0.8], "Small CNN from scratch": [0.5]})

    scores = list(compare_recipes(COLLECTION, [QUICK, BALANCED, SMALL_FROM_SCRATCH], 1, train))

    assert [score.problem for score in scores] == ["", "The weights of Balanced are not there. Choose a file.", ""]
    assert "not trained: The weights of Balanced are not there. Choose a file." in score_row(scores[1])


def test_no_model_is_left_and_none_is_there_beside_another() -> None:
    train = Trainer({"Quick": [0.8, 0.8]})

    for _score in compare_recipes(COLLECTION, [QUICK, BALANCED], 2, train):
        assert list(train.requests[0].model_path.parent.iterdir()) == []

    assert not train.requests[0].model_path.parent.exists()


def test_training_that_was_stopped_is_no_comparison() -> None:
    train = Trainer({"Quick": [0.8]}, StopReason.STOPPED)

    with pytest.raises(Cancelled):
        list(compare_recipes(COLLECTION, [QUICK], 1, train))

    assert not train.requests[0].model_path.parent.exists()


def test_rows_stand_under_their_header() -> None:
    (score,) = compare_recipes(COLLECTION, [QUICK], 2, Trainer({"Quick": [0.8, 0.9]}))

    header, row = score_header(2), score_row(score)

    assert row.split() == ["Quick", "85.0", "%", "80.0", "to", "90.0", "%", "15"]
    assert len(header) == len(row)
    assert header.index("lowest") == row.index("80.0")
    assert "95 % range" in score_header(1)


@pytest.mark.parametrize(("recipe", "weights"), [(VGG16_FROZEN, "vgg16.h5"), (QUICK, QUICK.weights)])
def test_weights_file_goes_to_its_backbone(recipe: Recipe, weights: str) -> None:
    given = with_weights_file(recipe, {"vgg16": Path("vgg16.h5")})

    assert given == dataclasses.replace(recipe, weights=str(Path(weights).absolute()) if "." in weights else weights)


def test_benchmark_holds_real_features_against_the_small_network() -> None:
    scores = [Score(VGG16_FROZEN, (0.7,), 0.6, 0.8, 60.0), Score(SMALL_FROM_SCRATCH, (0.5,), 0.4, 0.6, 90.0)]

    assert [figure.verdict for figure in tutorials.figures(scores)] == ["reached", "", "", ""]
    swapped = [dataclasses.replace(scores[0], accuracies=(0.4,)), scores[1]]
    assert tutorials.figures(swapped)[0].verdict == "MISSED"
