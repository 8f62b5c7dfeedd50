"""The split of the open collection, kept until something it depends on changes.

Few photos are divided at once. Many take seconds: they are divided behind the scenes, and meanwhile nobody knows.
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

# So few are divided before anybody notices.
_AT_ONCE = 3000
# A closer look makes a new collection while the present one is still shown: neither must drive the other out.
_KEPT = 2


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """All that a split depends on."""

    collection: Collection
    shares: SplitSettings
    seed: int

    def is_like(self, other: "_Question") -> bool:
        # To compare a hundred thousand photos would take as long as to divide them.
        return self.collection is other.collection and (self.shares, self.seed) == (other.shares, other.seed)

    def answer(self) -> Split | CollectionError:
        shares = self.shares
        try:
            return split_collection(self.collection, shares.validation, shares.test, shares.use_own, self.seed)
        except CollectionError as error:
            return CollectionError(error.message, error.hint)


@dataclass(frozen=True, slots=True)
class _Division:
    """A split, or why there is none."""

    question: _Question
    answer: Split | CollectionError


class KnownSplit(QObject):
    """Divides a collection, once for each collection, shares and seed; a newer wish takes the place of an older.

    Signals:
        known: What `get` was asked for last, and did not know, is known now.

    Args:
        jobs: Where many photos are divided.
        parent: The owner.
    """

    known = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._divisions: tuple[_Division, ...] = ()
        self._wish: _Question | None = None
        self._worked_on: _Question | None = None

    @property
    def is_dividing(self) -> bool:
        """Whether what `get` was asked for last is being worked out."""
        return self._wish is not None

    def get(self, collection: Collection, recipe: Recipe) -> Split | None:
        """Return the split, or None where it is worked out first; `known` then says when to ask again.

        Raises:
            CollectionError: The collection cannot be divided by this recipe's shares.
        """
        question = _Question(collection, recipe.split, recipe.seed)
        answer = self._answer(question)
        if answer is None and collection.photo_count <= _AT_ONCE:
            answer = self._work_out(question).answer
        self._wish = question if answer is None else None
        if isinstance(answer, CollectionError):
            raise CollectionError(answer.message, answer.hint)
        self._begin()
        return answer

    def prepare(self, collection: Collection, recipe: Recipe) -> None:
        """Divide a collection on the thread of whoever reads it, so that `get` knows; any thread may ask."""
        question = _Question(collection, recipe.split, recipe.seed)
        if not training_advice(collection) and self._answer(question) is None:
            self._work_out(question)

    def _answer(self, question: _Question) -> Split | CollectionError | None:
        return next((known.answer for known in self._divisions if known.question.is_like(question)), None)

    def _work_out(self, question: _Question) -> _Division:
        division = _Division(question, question.answer())
        self._keep(division)
        return division

    def _keep(self, division: _Division) -> None:
        self._divisions = (division, *self._divisions[: _KEPT - 1])

    def _begin(self) -> None:
        """Work out what is wished for; one at a time, because each takes Python for itself."""
        question = self._wish
        if question is None or self._worked_on is not None:
            return

        def divide(context: JobContext) -> _Division:
            context.checkpoint()
            return _Division(question, question.answer())

        self._worked_on = question
        job = self._jobs.begin_quietly(DivideRequest(question.collection.folder), divide, self._on_job_succeeded)
        job.ended.connect(self._on_job_ended)

    @Slot(object)
    def _on_job_succeeded(self, division: object) -> None:
        assert isinstance(division, _Division)
        # Whoever changed the shares or the photos meanwhile wants another one.
        if self._wish is not None and self._wish.is_like(division.question):
            self._wish = None
            self._keep(division)
            self.known.emit()

    @Slot()
    def _on_job_ended(self) -> None:
        job, worked_on, self._worked_on = self.sender(), self._worked_on, None
        assert isinstance(job, Job)
        if job.is_stopping or (self._wish and worked_on and self._wish.is_like(worked_on)):
            self._wish = None
        self._begin()
