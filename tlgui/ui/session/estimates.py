"""Estimates of what trainings take on the open collection: measured in the background, and cached."""

import functools
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.engine.protocol import Engine, EstimateRequest
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import CostEstimate
from tlgui.photos.collection import Collection
from tlgui.ui.session.job_queue import Jobs
from tlgui.ui.session.review import Review
from tlgui.ui.session.worker import Job


class EstimateCache:
    """Estimates by recipe for one collection; those of the collection before are dropped."""

    def __init__(self) -> None:
        self._collection: Collection | None = None
        self._estimates: dict[Recipe, CostEstimate] = {}

    def get(self, collection: Collection | None, recipe: Recipe) -> CostEstimate | None:
        """Return what `recipe` takes on `collection`, or None if that was not measured."""
        return self._estimates.get(_without_name(recipe)) if collection is self._collection else None

    def put(self, collection: Collection, recipe: Recipe, estimate: CostEstimate) -> None:
        """Store what `recipe` takes on `collection`."""
        if collection is not self._collection:
            self._collection = collection
            self._estimates.clear()
        self._estimates[_without_name(recipe)] = estimate

    def drop_sharing_features(self, recipe: Recipe) -> None:
        """Drop the recipes whose features a training of `recipe` has computed: they take less time now."""
        features = _feature_settings(recipe)
        self._estimates = {
            known: cost for known, cost in self._estimates.items() if _feature_settings(known) != features
        }


class Estimates(QObject):
    """Measures what recipes take on the open collection; the session stays free meanwhile.

    Signals:
        known: A recipe was measured.

    Args:
        jobs: Runs the measurements.
        engine: Measures.
        review: Holds the collection.
        parent: The owner.
    """

    known = Signal(Recipe)

    def __init__(self, jobs: Jobs, engine: Engine, review: Review, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._engine = engine
        self._review = review
        self._cache = EstimateCache()

    def get(self, recipe: Recipe) -> CostEstimate | None:
        """Return what `recipe` takes on the open collection, or None if that was not measured."""
        return self._cache.get(self._review.collection, recipe)

    def begin(self, recipe: Recipe) -> Job:
        """Measure what `recipe` takes on the open collection; only while no job is under way, which would stop it."""
        if self._review.collection is None:
            raise RuntimeError("an estimate needs a collection")
        request = EstimateRequest(self._review.collection, recipe)
        return self._jobs.begin_in_background(
            request, functools.partial(self._engine.run, request), self._on_job_succeeded
        )

    def drop_sharing_features(self, recipe: Recipe) -> None:
        """Drop the estimates that a training of `recipe` has made too high, see `EstimateCache`."""
        self._cache.drop_sharing_features(recipe)

    @Slot(object)
    def _on_job_succeeded(self, estimate: object) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        assert isinstance(job.request, EstimateRequest)
        assert isinstance(estimate, CostEstimate)
        self._cache.put(job.request.collection, job.request.recipe, estimate)
        self.known.emit(job.request.recipe)


def _without_name(recipe: Recipe) -> Recipe:
    return replace(recipe, name="", description="")


def _feature_settings(recipe: Recipe) -> tuple[object, ...]:
    """Return the settings that the features of a photo depend on."""
    return (
        recipe.backbone, recipe.weights, recipe.input_size, recipe.preprocessing, recipe.cut_layer, recipe.pooling
    )  # fmt: skip
