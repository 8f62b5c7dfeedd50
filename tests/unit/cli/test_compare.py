"""Recipes are compared fairly: every seed counts, one that cannot be trained ends no other, and no model is left."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks import tutorials
from tests.evaluations import evaluation_of
from tests.fakes import FakeEngine
from tlgui.cli.compare import Score, compare_recipes, score_header, score_row
from tlgui.engine.protocol import TrainRequest
from tlgui.errors import Cancelled, WeightsError
from tlgui.learning.recipes.built_in import BALANCED, QUICK, SMALL_FROM_SCRATCH, VGG16_FROZEN
from tlgui.learning.results import Baseline, ModelSummary
from tlgui.photos.collection import Collection, Photo, PhotoClass
from tlgui.progress import EpochEnded, Event, JobContext

COLLECTION = Collection(
    Path("birds"),
    tuple(PhotoClass(name, tuple(Photo(Path(f"{name}/{n}.jpg"), name) for n in range(10))) for name in ("owl", "wren")),
)
SHORT, OTHER = dataclasses.replace(QUICK, epochs=3), dataclasses.replace(BALANCED, epochs=3)
MISSING = WeightsError("The weights of Balanced are not there.", "Choose a file.")


def trainer(engine: FakeEngine, context: JobContext | None = None) -> Callable[[TrainRequest], ModelSummary]:
    return lambda request: engine.run(request, context or JobContext())


def trained(engine: FakeEngine) -> list[TrainRequest]:
    return [request for request in engine.requests if isinstance(request, TrainRequest)]


def test_every_seed_is_trained_and_counts(fake_engine: FakeEngine) -> None:
    fake_engine.train_next(0.8, 0.9, 0.85)

    (score,) = compare_recipes(COLLECTION, [SHORT], 3, trainer(fake_engine))

    assert [request.recipe for request in trained(fake_engine)] == [
        dataclasses.replace(SHORT, seed=seed) for seed in (1, 2, 3)
    ]
    assert score.accuracy == pytest.approx(0.85)
    assert (score.low, score.high, score.seconds) == (0.8, 0.9, 3.0)


def test_single_seed_has_the_range_of_its_evaluation(fake_engine: FakeEngine) -> None:
    fake_engine.train_next(0.8)

    (score,) = compare_recipes(COLLECTION, [SHORT], 1, trainer(fake_engine))

    assert (score.low, score.high) == pytest.approx((0.75, 0.84))


def test_several_seeds_beat_the_largest_class_where_the_lowest_does(fake_engine: FakeEngine) -> None:
    mixed = ((54, 0), (6, 0)), ((52, 2), (0, 6))
    evaluations = [evaluation_of(("robin", "wren"), confusion) for confusion in mixed]

    def train(request: TrainRequest) -> ModelSummary:
        fake_engine.evaluation = evaluations[request.recipe.seed - 1]
        return fake_engine.run(request, JobContext())

    (score,) = compare_recipes(COLLECTION, [SHORT], 2, train)

    assert score.balanced_accuracies == tuple(evaluation.balanced_accuracy for evaluation in evaluations)
    assert score.baseline == Baseline("robin", 0.9, is_beaten=False)
    assert score_row(score).endswith("Perhaps no better than always naming “robin”")


def test_recipe_that_cannot_be_trained_says_why_and_ends_no_other(fake_engine: FakeEngine) -> None:
    fake_engine.train_next(0.8, MISSING, 0.5)

    scores = list(compare_recipes(COLLECTION, [SHORT, OTHER, SMALL_FROM_SCRATCH], 1, trainer(fake_engine)))

    assert [score.problem for score in scores] == ["", "The weights of Balanced are not there. Choose a file.", ""]
    assert "not trained: The weights of Balanced are not there. Choose a file." in score_row(scores[1])


def test_no_model_is_left_and_none_is_there_beside_another(fake_engine: FakeEngine) -> None:
    fake_engine.train_next(0.8, 0.8, MISSING)

    for _score in compare_recipes(COLLECTION, [SHORT, OTHER], 2, trainer(fake_engine)):
        assert list(trained(fake_engine)[0].model_path.parent.iterdir()) == []

    assert not trained(fake_engine)[0].model_path.parent.exists()


def test_training_that_was_stopped_is_no_comparison(fake_engine: FakeEngine) -> None:
    ended: list[Event] = []

    def checkpoint() -> None:
        if any(isinstance(event, EpochEnded) for event in ended):
            raise Cancelled

    with pytest.raises(Cancelled):
        list(compare_recipes(COLLECTION, [SHORT], 1, trainer(fake_engine, JobContext(ended.append, checkpoint))))

    assert not trained(fake_engine)[0].model_path.parent.exists()


def test_rows_stand_under_their_header(fake_engine: FakeEngine) -> None:
    fake_engine.train_next(0.8, 0.9)
    (score,) = compare_recipes(COLLECTION, [SHORT], 2, trainer(fake_engine))

    header, row = score_header(2), score_row(score)

    assert row.split() == ["Quick", "85.0", "%", "80.0", "to", "90.0", "%", "85.0", "%", "3"]
    assert len(header) == len(row)
    assert header.index("lowest") == row.index("80.0")
    assert "95 % range" in score_header(1)


def test_single_seed_has_the_ends_of_its_range_in_whole_per_cent() -> None:
    assert " 67 to 82 % " in score_row(Score(SHORT, (0.75,), 0.671, 0.8149, 60.0, balanced_accuracies=(0.75,)))


def test_benchmark_holds_real_features_against_the_small_network() -> None:
    scores = [Score(VGG16_FROZEN, (0.7,), 0.6, 0.8, 60.0), Score(SMALL_FROM_SCRATCH, (0.5,), 0.4, 0.6, 90.0)]

    assert [figure.verdict for figure in tutorials.figures(scores)] == ["reached", "", "", ""]
    swapped = [dataclasses.replace(scores[0], accuracies=(0.4,)), scores[1]]
    assert tutorials.figures(swapped)[0].verdict == "MISSED"
