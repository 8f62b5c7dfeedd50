"""Estimates: measured in the background, stopped by jobs, cached, and dropped when they are out of date."""

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
from tlgui.ui.session.estimates import EstimateCache
from tlgui.ui.session.session import Session

COST = CostEstimate(10.0, 10**9, "2 processor cores")


@pytest.fixture
def opened(qtbot: QtBot, session: Session, birds: Path) -> Session:
    with qtbot.waitSignal(session.job_ended):
        session.scan_folder(birds)
    return session


def test_estimate_is_kept_and_leaves_the_session_free(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> None:
    with qtbot.waitSignal(opened.estimates.known) as known:
        opened.estimates.begin(QUICK)
        assert not opened.is_busy
    assert known.args == [QUICK]
    assert opened.estimates.get(QUICK) == fake_engine.cost
    assert opened.estimates.get(BALANCED) is None


def test_estimate_needs_a_collection(session: Session) -> None:
    assert session.estimates.get(QUICK) is None
    with pytest.raises(RuntimeError, match="collection"):
        session.estimates.begin(QUICK)


def test_preview_does_not_wait_for_an_estimate(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.TIMING)
    estimate = opened.estimates.begin(QUICK)
    qtbot.waitUntil(lambda: gate.is_reached)
    assert opened.collection is not None
    photo = next(opened.collection.photos()).path
    with qtbot.waitSignals([estimate.cancelled, opened.preview((photo,), Augmentation(), 32).succeeded]):
        pass
    assert opened.estimates.get(QUICK) is None


def test_job_stops_estimates_and_previews(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage in {Stage.TIMING, Stage.LOADING})
    estimate = opened.estimates.begin(QUICK)
    qtbot.waitUntil(lambda: gate.is_reached)
    with qtbot.waitSignals([estimate.cancelled, opened.job_ended], timeout=10_000):
        opened.train()
        gate.open()


def test_cache_ignores_the_names_of_recipes_and_not_the_collection(opened: Session) -> None:
    assert opened.collection is not None
    cache = EstimateCache()
    cache.put(opened.collection, QUICK, COST)
    assert cache.get(opened.collection, replace(QUICK, name="Mine", description="Another one")) == COST
    assert cache.get(opened.collection, replace(QUICK, epochs=2)) is None
    other = Collection(opened.collection.folder, opened.collection.classes)
    assert cache.get(other, QUICK) is None
    assert cache.get(None, QUICK) is None
    cache.put(other, BALANCED, COST)
    assert cache.get(opened.collection, QUICK) is None


def test_training_drops_estimates_that_share_its_features(opened: Session) -> None:
    assert opened.collection is not None
    cache = EstimateCache()
    for recipe in (QUICK, BALANCED, VGG16_FROZEN):
        cache.put(opened.collection, recipe, COST)
    cache.drop_sharing_features(replace(QUICK, epochs=1))
    assert [cache.get(opened.collection, recipe) for recipe in (QUICK, BALANCED, VGG16_FROZEN)] == [None, None, COST]
