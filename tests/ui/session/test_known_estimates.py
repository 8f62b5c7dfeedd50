"""Estimates as the session keeps them: quiet, in nobody's way, and forgotten when they no longer hold."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tlgui.learning.recipes.built_in import BALANCED, QUICK, VGG16_FROZEN
from tlgui.learning.recipes.recipe import Augmentation
from tlgui.learning.results import CostEstimate
from tlgui.photos.collection import Collection
from tlgui.progress import Progress, Stage
from tlgui.ui.session.known_estimates import KnownEstimates
from tlgui.ui.session.session import Session

COST = CostEstimate(10.0, 10**9, "2 processor cores")


@pytest.fixture
def opened(qtbot: QtBot, session: Session, birds: Path) -> Session:
    with qtbot.waitSignal(session.job_ended):
        session.scan_folder(birds)
    return session


def test_estimate_is_kept_and_leaves_the_session_free(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> None:
    with qtbot.waitSignal(opened.estimate_known) as known:
        opened.estimate(QUICK)
        assert not opened.is_busy
    assert known.args == [QUICK]
    assert opened.known_estimate(QUICK) == fake_engine.cost
    assert opened.known_estimate(BALANCED) is None


def test_estimate_needs_a_collection(session: Session) -> None:
    assert session.known_estimate(QUICK) is None
    with pytest.raises(RuntimeError, match="collection"):
        session.estimate(QUICK)


def test_preview_does_not_wait_for_an_estimate(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.TIMING)
    estimate = opened.estimate(QUICK)
    qtbot.waitUntil(lambda: gate.is_reached)
    assert opened.collection is not None
    photo = next(opened.collection.photos()).path
    with qtbot.waitSignals([estimate.cancelled, opened.preview((photo,), Augmentation(), 32).succeeded]):
        pass
    assert opened.known_estimate(QUICK) is None


def test_job_stops_estimates_and_previews(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage in {Stage.TIMING, Stage.LOADING})
    estimate = opened.estimate(QUICK)
    qtbot.waitUntil(lambda: gate.is_reached)
    with qtbot.waitSignals([estimate.cancelled, opened.job_ended], timeout=10_000):
        opened.train()
        gate.open()


def test_names_do_not_tell_estimates_apart_and_collections_do(opened: Session) -> None:
    assert opened.collection is not None
    known = KnownEstimates()
    known.keep(opened.collection, QUICK, COST)
    assert known.get(opened.collection, replace(QUICK, name="Mine", description="Another one")) == COST
    assert known.get(opened.collection, replace(QUICK, epochs=2)) is None
    other = Collection(opened.collection.folder, opened.collection.classes)
    assert known.get(other, QUICK) is None
    assert known.get(None, QUICK) is None
    known.keep(other, BALANCED, COST)
    assert known.get(opened.collection, QUICK) is None


def test_training_makes_those_forgotten_that_use_its_features(opened: Session) -> None:
    assert opened.collection is not None
    known = KnownEstimates()
    for recipe in (QUICK, BALANCED, VGG16_FROZEN):
        known.keep(opened.collection, recipe, COST)
    known.forget_like(replace(QUICK, epochs=1))
    assert [known.get(opened.collection, recipe) for recipe in (QUICK, BALANCED, VGG16_FROZEN)] == [None, None, COST]
