"""The split of the open collection, cached until something it depends on changes.

A small collection is split at once. A large one takes seconds and is split in the background; until then the split is
not known.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.errors import CollectionError
from tlgui.learning.recipes.recipe import Recipe, SplitSettings
from tlgui.photos.collection import Collection, Split
from tlgui.photos.split import split_collection, training_advice
from tlgui.progress import JobContext
from tlgui.ui.session.job_queue import Jobs
from tlgui.ui.session.requests import DivideRequest
from tlgui.ui.session.worker import Job

# Splitting this many photos does not delay the GUI thread noticeably.
_MOST_AT_ONCE = 3000
# A closer look makes a new collection while the present one is still shown, and both are needed.
_CACHE_SIZE = 2


@dataclass(frozen=True, slots=True, eq=False)
class _SplitInputs:
    """Everything that a split depends on."""

    collection: Collection
    shares: SplitSettings
    seed: int

    def is_same(self, other: "_SplitInputs") -> bool:
        # By identity, because comparing 100,000 photos takes as long as splitting them.
        return self.collection is other.collection and (self.shares, self.seed) == (other.shares, other.seed)

    def compute(self) -> Split | CollectionError:
        shares = self.shares
        try:
            return split_collection(self.collection, shares.validation, shares.test, shares.use_own, self.seed)
        except CollectionError as error:
            return CollectionError(error.message, error.hint)


@dataclass(frozen=True, slots=True)
class _Division:
    """A split, or the reason why there is none."""

    inputs: _SplitInputs
    result: Split | CollectionError


class KnownSplit(QObject):
    """Computes and caches splits by collection, shares and seed; a new request replaces the one before.

    Signals:
        known: The split of the last call of `get`, which returned None, is known now.

    Args:
        jobs: Runs the splitting of large collections.
        parent: The owner.
    """

    known = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._divisions: tuple[_Division, ...] = ()
        self._wanted: _SplitInputs | None = None
        self._computing: _SplitInputs | None = None

    @property
    def is_dividing(self) -> bool:
        """Whether the split of the last call of `get` is still being computed."""
        return self._wanted is not None

    def get(self, collection: Collection, recipe: Recipe) -> Split | None:
        """Return the split, or None while it is computed; `known` is then emitted when it is ready.

        Args:
            collection: The collection.
            recipe: Its shares and its seed are used.

        Raises:
            CollectionError: The shares of this recipe cannot be applied to the collection.
        """
        inputs = _SplitInputs(collection, recipe.split, recipe.seed)
        split = self._cached(inputs)
        if split is None and collection.photo_count <= _MOST_AT_ONCE:
            split = self._compute(inputs).result
        self._wanted = inputs if split is None else None
        if isinstance(split, CollectionError):
            raise CollectionError(split.message, split.hint)
        self._begin()
        return split

    def prepare(self, collection: Collection, recipe: Recipe) -> None:
        """Compute the split on the calling thread, which may be any, so that `get` finds it in the cache."""
        inputs = _SplitInputs(collection, recipe.split, recipe.seed)
        if not training_advice(collection) and self._cached(inputs) is None:
            self._compute(inputs)

    def _cached(self, inputs: _SplitInputs) -> Split | CollectionError | None:
        return next((known.result for known in self._divisions if known.inputs.is_same(inputs)), None)

    def _compute(self, inputs: _SplitInputs) -> _Division:
        division = _Division(inputs, inputs.compute())
        self._keep(division)
        return division

    def _keep(self, division: _Division) -> None:
        self._divisions = (division, *self._divisions[: _CACHE_SIZE - 1])

    def _begin(self) -> None:
        """Compute the wanted split in the background; one at a time, because each holds the GIL."""
        inputs = self._wanted
        if inputs is None or self._computing is not None:
            return

        def divide(context: JobContext) -> _Division:
            context.checkpoint()
            return _Division(inputs, inputs.compute())

        self._computing = inputs
        job = self._jobs.begin_in_background(DivideRequest(inputs.collection.folder), divide, self._on_job_succeeded)
        job.ended.connect(self._on_job_ended)

    @Slot(object)
    def _on_job_succeeded(self, division: object) -> None:
        assert isinstance(division, _Division)
        # The shares or the photos may have changed since it began.
        if self._wanted is not None and self._wanted.is_same(division.inputs):
            self._wanted = None
            self._keep(division)
            self.known.emit()

    @Slot()
    def _on_job_ended(self) -> None:
        job, computing, self._computing = self.sender(), self._computing, None
        assert isinstance(job, Job)
        if job.is_stopping or (self._wanted and computing and self._wanted.is_same(computing)):
            self._wanted = None
        self._begin()
