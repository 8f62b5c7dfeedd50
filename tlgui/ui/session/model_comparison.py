"""The comparison of a new model with the one in use, on photos that neither of them was trained on.

A new model replaces the one in use only if it is right on more of these photos. Where both were evaluated on the same
validation photos after their trainings, the kept figures are compared. Else, after photos were added or under another
split, the engine evaluates both on the validation photos of the new model, without the training photos of the other.
"""

import logging
from collections.abc import Sequence

from tlgui import files
from tlgui.engine.protocol import EvaluateRequest, SaveTrainedRequest, TrainRequest
from tlgui.engine.run_job import Perform, RunJob
from tlgui.errors import Cancelled, TlguiError
from tlgui.learning.results import Evaluation, ModelComparison, ModelSummary
from tlgui.learning.runs.run import Run
from tlgui.photos.collection import Collection, Photo, PhotoClass, Split
from tlgui.photos.split import split_collection
from tlgui.progress import JobContext

# More photos would make the difference between the models more exact, and the training end much later.
_MOST_PHOTOS = 2000

_log = logging.getLogger(__name__)


class ComparedTraining:
    """Trains a run, and compares its model with the one in use.

    Args:
        run_job: The training.
        used: The model in use.
        used_run: Its run; None if it belongs to no run of the collection.
        perform: Runs the evaluations.

    Attributes:
        comparison: The result; None before the end of the training, or if the models could not be compared.
    """

    def __init__(self, run_job: RunJob, used: ModelSummary, used_run: Run | None, perform: Perform) -> None:
        self.comparison: ModelComparison | None = None
        self._run_job = run_job
        self._used = used
        self._used_run = used_run
        self._perform = perform

    def __call__(self, context: JobContext) -> ModelSummary:
        """Train and compare, on the caller's thread."""
        model = self._run_job(context)
        try:
            self.comparison = self._compare(model, context)
        except Cancelled:
            # Stopped trainings have a model; only the comparison is missing.
            pass
        except TlguiError as error:
            _log.warning("the new model was not compared with %s: %s", self._used.path, error.message)
        return model

    @property
    def takes_over(self) -> bool:
        """Whether the new model replaces the one in use: it is better, or the file of the other is gone."""
        is_better = self.comparison is not None and self.comparison.is_better
        return is_better or not files.is_file(self._used.path)

    def _compare(self, model: ModelSummary, context: JobContext) -> ModelComparison | None:
        if self._has_same_photos(model):
            return _kept_comparison(model, self._used)
        request = self._run_job.request
        training = request.training if isinstance(request, SaveTrainedRequest) else request
        assert isinstance(training, TrainRequest)
        collection = training.collection
        photos = unseen_photos(collection, model, self._used)
        if not photos:
            return None
        photos = photos[:: -(-len(photos) // _MOST_PHOTOS)]
        new = self._right(model, collection, photos, context)
        used = self._right(self._used, collection, photos, context)
        return ModelComparison(len(photos), new, used)

    def _has_same_photos(self, model: ModelSummary) -> bool:
        """Return whether both models were evaluated on the same photos after their trainings."""
        if self._used_run is None or _divided_by(model) != _divided_by(self._used):
            return False
        if model.evaluation is None or self._used.evaluation is None:
            return False
        rosters = [run.training_photos_path for run in (self._run_job.run, self._used_run)]
        try:
            new, used = (path.read_bytes() for path in rosters)
        except OSError:
            return False
        return new == used

    def _right(self, model: ModelSummary, collection: Collection, photos: Sequence[Photo], context: JobContext) -> int:
        """Return how many of `photos` a model names rightly; photos of classes it lacks are wrong."""
        known = [photo for photo in photos if photo.class_name in model.class_names]
        if not known:
            return 0
        request = EvaluateRequest(model.path, _only(collection, known), None)
        return _right_count(self._perform(request, context))


def unseen_photos(collection: Collection, new: ModelSummary, used: ModelSummary) -> tuple[Photo, ...]:
    """Return the validation photos of the new model that the model in use was not trained on.

    Args:
        collection: The photos of the new model's training.
        new: The new model.
        used: The model in use; its recipe tells the photos it was trained on, where it is of this collection.

    Returns:
        The photos in the order of the split; none if all validation photos are training photos of the other model.
    """
    trained_on = {photo.path for photo in _split(collection, used).training}
    return tuple(photo for photo in _split(collection, new).validation if photo.path not in trained_on)


def _split(collection: Collection, model: ModelSummary) -> Split:
    shares = model.recipe.split
    return split_collection(collection, shares.validation, shares.test, shares.use_own, model.recipe.seed)


def _divided_by(model: ModelSummary) -> tuple[object, ...]:
    return (model.recipe.split, model.recipe.seed)


def _only(collection: Collection, photos: Sequence[Photo]) -> Collection:
    classes = (
        PhotoClass(known.name, tuple(photo for photo in photos if photo.class_name == known.name), known.folders)
        for known in collection.classes
    )
    return Collection(collection.folder, tuple(known for known in classes if known.photos))


def _right_count(evaluation: Evaluation) -> int:
    return sum(row[place] for place, row in enumerate(evaluation.confusion))


def _kept_comparison(new: ModelSummary, used: ModelSummary) -> ModelComparison | None:
    """Compare two models on the cleanest part that both were evaluated on."""
    for one in new.evaluations:
        other = used.evaluation_on(one.part)
        if other is not None and (other.is_out_of_fold, other.photo_count) == (one.is_out_of_fold, one.photo_count):
            return ModelComparison(one.photo_count, _right_count(one), _right_count(other))
    return None
