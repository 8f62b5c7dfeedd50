"""How the fake engine predicts: it keeps predictions by content and model, as the real one does, but in memory."""

from pathlib import Path

from tests.fake_results import digest_of, prediction_for
from tlgui.engine.protocol import LooksRequest, PredictRequest
from tlgui.learning.model_file.archive import opened
from tlgui.learning.results import PhotosPredicted, Prediction, PredictionSummary
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import JobContext, Progress, Stage


class FakePredictions:
    """Predicts photos.

    Attributes:
        named: The photos that were predicted anew, in order: those that would go through the network.
    """

    def __init__(self) -> None:
        self.named: list[Path] = []
        # By model and photo. What is said follows from the path, so that no prediction itself need be kept.
        self._kept: set[tuple[bytes, bytes]] = set()
        self._unreadable: set[tuple[bytes, bytes]] = set()

    def predict(self, request: PredictRequest, context: JobContext) -> PredictionSummary:
        """Report one prediction after another."""
        with opened(request.model_path) as file:
            identity, class_names = file.identity, file.summary.class_names
        paths = find_photos(request.paths, context)
        errors, left_out = 0, list[Path]()
        context.report(Progress(Stage.PREDICTING, 0, len(paths)))
        for done, path in enumerate(paths, start=1):
            context.checkpoint()
            prediction = self._answered(request, path, identity, class_names)
            if prediction is None:
                left_out.append(path)
            else:
                errors += bool(prediction.error)
                context.report(PhotosPredicted((prediction,)))
            context.report(Progress(Stage.PREDICTING, done, len(paths)))
        return PredictionSummary(len(paths) - errors - len(left_out), errors, 0.1, len(left_out), tuple(left_out))

    def looks(self, request: LooksRequest, context: JobContext) -> tuple[bytes, ...]:
        """Return the looks that the predictions have."""
        with opened(request.model_path) as file:
            class_names = file.summary.class_names
        found: list[bytes] = []
        for path in request.paths:
            context.checkpoint()
            found.append(prediction_for(path, class_names, 1).look)
        return tuple(found)

    def _answered(
        self, request: PredictRequest, path: Path, identity: bytes, class_names: tuple[str, ...]
    ) -> Prediction | None:
        key = (identity, digest_of(path))
        is_kept = key in self._kept and (request.uses_kept or request.is_kept_only)
        if request.is_kept_only and not is_kept and key not in self._unreadable:
            return None
        prediction = prediction_for(path, class_names, request.top)
        if not is_kept:
            self.named.append(path)
        (self._unreadable if prediction.error else self._kept).add(key)
        return prediction
