"""A trained run replaces the model in use only if it is right more often on the same photos."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection, write_jpeg
from tlgui.engine.protocol import EvaluateRequest
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ModelComparison
from tlgui.learning.runs.run import Run
from tlgui.photos.split import split_collection
from tlgui.progress import EpochEnded
from tlgui.ui.session.session import Session

SHORT = replace(QUICK, epochs=2)
Train = Callable[..., Run]


@pytest.fixture
def train(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> Train:
    """Return a function that trains to an accuracy, and returns the run."""

    def train_to(accuracy: float, recipe: Recipe = SHORT) -> Run:
        fake_engine.train_next(accuracy)
        opened.set_recipe(recipe)
        with qtbot.waitSignal(opened.job_ended, timeout=10_000):
            opened.train()
        return opened.run_list.runs[0]

    return train_to


@pytest.fixture
def add_photos(qtbot: QtBot, opened: Session, birds: Path) -> Callable[[str, int], None]:
    """Return a function that adds photos to a class and reads the folder again."""

    def add(name: str, count: int) -> None:
        (birds / name).mkdir(exist_ok=True)
        for number in range(count):
            write_jpeg(birds / name / f"added {number}.jpg", 48, 48, seed=9000 + number)
        with qtbot.waitSignal(opened.job_ended, timeout=10_000):
            opened.scan_folder(birds)
        qtbot.waitUntil(lambda: not opened.review.is_looking, timeout=10_000)

    return add


def active(session: Session) -> str:
    assert session.active_run is not None
    return session.active_run.id


def evaluated(engine: FakeEngine) -> list[EvaluateRequest]:
    return [request for request in engine.requests if isinstance(request, EvaluateRequest)]


def paths(request: EvaluateRequest) -> set[Path]:
    return {photo.path for photo in request.collection.photos()}


def validation(session: Session, recipe: Recipe) -> set[Path]:
    assert session.collection is not None
    shares = recipe.split
    split = split_collection(session.collection, shares.validation, shares.test, shares.use_own, recipe.seed)
    return {photo.path for photo in split.validation}


@pytest.mark.parametrize("accuracy", [0.3, 0.9])
def test_run_that_is_not_better_leaves_the_model_in_use(
    opened: Session, train: Train, fake_engine: FakeEngine, accuracy: float
) -> None:
    first, second = train(0.9), train(accuracy)
    assert active(opened) == first.id
    proposal = opened.in_use.proposal
    assert proposal is not None
    assert proposal.run == second
    assert proposal.comparison is not None
    assert proposal.comparison.used_right == 6
    assert proposal.comparison.new_right == (6 if accuracy == 0.9 else 3)
    # Both were evaluated on the same photos already.
    assert evaluated(fake_engine) == []


def test_better_run_takes_over(opened: Session, train: Train) -> None:
    train(0.3)
    better = train(0.9)
    assert active(opened) == better.id
    assert opened.in_use.proposal is None


def test_first_run_is_used_however_bad_it_is(opened: Session, train: Train) -> None:
    run = train(0.1)
    assert active(opened) == run.id


def test_run_is_used_when_the_user_says_so_and_when_the_folder_is_opened_again(
    qtbot: QtBot, opened: Session, train: Train, fake_engine: FakeEngine, birds: Path
) -> None:
    train(0.9)
    worse = train(0.3)
    opened.use_run(worse)
    assert active(opened) == worse.id
    assert opened.in_use.proposal is None

    again = Session(fake_engine)
    with qtbot.waitSignal(again.job_ended, timeout=10_000):
        again.scan_folder(birds)
    assert active(again) == worse.id
    again.close(5000)


def test_after_photos_were_added_both_models_are_evaluated_on_the_same(
    opened: Session, train: Train, fake_engine: FakeEngine, add_photos: Callable[[str, int], None]
) -> None:
    first = train(0.9)
    add_photos("owl", 10)
    train(0.3)
    assert active(opened) == first.id
    requests = evaluated(fake_engine)
    assert len({request.model_path for request in requests}) == len(requests) == 2
    assert paths(requests[0]) == paths(requests[1]) == validation(opened, SHORT)


def test_photos_that_the_model_in_use_was_trained_on_do_not_count(
    opened: Session, train: Train, fake_engine: FakeEngine
) -> None:
    train(0.9)
    other = replace(SHORT, seed=SHORT.seed + 1)
    train(0.3, other)
    common = validation(opened, SHORT) & validation(opened, other)
    assert common
    assert all(paths(request) == common for request in evaluated(fake_engine))
    assert opened.in_use.proposal is not None
    assert opened.in_use.proposal.comparison is not None
    assert opened.in_use.proposal.comparison.photo_count == len(common)


def test_model_is_wrong_on_photos_of_a_class_it_lacks(
    opened: Session, train: Train, fake_engine: FakeEngine, add_photos: Callable[[str, int], None]
) -> None:
    train(0.9)
    add_photos("jay", 30)
    better = train(0.6)
    assert active(opened) == better.id
    sizes = sorted(len(paths(request)) for request in evaluated(fake_engine))
    assert sizes[0] < sizes[1] == len(validation(opened, SHORT))


def test_model_that_cannot_be_evaluated_stays_in_use(
    opened: Session,
    train: Train,
    add_photos: Callable[[str, int], None],
    expect_log: Callable[[str], None],
) -> None:
    expect_log("was not compared")
    first = train(0.3)
    add_photos("owl", 10)
    first.model_path.write_bytes(b"damaged")
    train(0.9)
    assert active(opened) == first.id
    assert opened.in_use.proposal is not None
    assert opened.in_use.proposal.comparison is None


def test_model_whose_file_is_gone_is_replaced(opened: Session, train: Train) -> None:
    first = train(0.9)
    first.model_path.unlink()
    second = train(0.3)
    assert active(opened) == second.id


def test_training_that_was_stopped_is_compared_too(
    qtbot: QtBot, opened: Session, train: Train, fake_engine: FakeEngine
) -> None:
    first = train(0.9)
    fake_engine.train_next(0.3)
    gate = fake_engine.pause_before(EpochEnded, lambda event: event.epoch == 2)
    job = opened.train()
    qtbot.waitUntil(lambda: gate.is_reached)
    with qtbot.waitSignal(job.ended, timeout=10_000):
        opened.stop()
    assert active(opened) == first.id
    assert opened.in_use.proposal is not None
    assert opened.in_use.proposal.comparison is not None


def test_next_training_and_another_folder_end_the_proposal(
    qtbot: QtBot, opened: Session, train: Train, tmp_path: Path
) -> None:
    train(0.5)
    train(0.1)
    train(0.9)
    assert opened.in_use.proposal is None
    train(0.2)
    assert opened.in_use.proposal is not None
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.scan_folder(write_collection(tmp_path / "Trees", ["ash", "oak"], photos=4))
    assert opened.in_use.proposal is None


def test_deleting_the_proposed_run_ends_the_proposal(opened: Session, train: Train) -> None:
    train(0.9)
    opened.delete_run(train(0.3))
    assert opened.in_use.proposal is None


def test_comparison_is_better_with_more_right_photos_alone() -> None:
    assert ModelComparison(10, 6, 5).is_better
    assert not ModelComparison(10, 5, 5).is_better
