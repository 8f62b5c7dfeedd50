"""A fake engine that keeps its predictions by content and model, as the real one does."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from typing_extensions import override

from tests.fakes import FakeEngine
from tlgui.engine.protocol import PredictRequest, Request
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.results import PhotosPredicted, PredictionSummary
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import Event, JobContext, Progress, Stage

ResultT = TypeVar("ResultT")


class KeepingEngine(FakeEngine):
    """The engine.

    Attributes:
        named: The names of the photos that its network has named, in order; not those whose predictions were kept.
    """

    def __init__(self) -> None:
        super().__init__()
        self.named: list[str] = []
        self._kept: set[tuple[str, bytes]] = set()

    @override
    def run(self, request: Request[ResultT], context: JobContext) -> ResultT:
        if not isinstance(request, PredictRequest):
            return super().run(request, context)
        model = read_summary(request.model_path).created
        result = (
            self._of_kept(request, model, context) if request.is_kept_only else self._of_all(request, model, context)
        )
        return cast(ResultT, result)

    def _of_kept(self, request: PredictRequest, model: str, context: JobContext) -> PredictionSummary:
        paths = find_photos(request.paths, context)
        kept = tuple(path for path in paths if (model, _digest(path)) in self._kept)
        left_out = len(paths) - len(kept)
        context.report(Progress(Stage.PREDICTING, 0, len(kept)))
        if not kept:
            self.requests.append(request)
            return PredictionSummary(0, 0, 0.0, left_out)
        return replace(super().run(replace(request, paths=kept), _with_digests(context)), left_out_count=left_out)

    def _of_all(self, request: PredictRequest, model: str, context: JobContext) -> PredictionSummary:
        def report(event: Event) -> None:
            context.report(event)
            if isinstance(event, PhotosPredicted):
                for prediction in event.predictions:
                    key = (model, _digest(prediction.path))
                    if key not in self._kept:
                        self.named.append(prediction.path.name)
                        self._kept.add(key)

        return super().run(request, _with_digests(JobContext(report, context.checkpoint)))


def _with_digests(context: JobContext) -> JobContext:
    def report(event: Any) -> None:  # noqa: ANN401 - any event
        if isinstance(event, PhotosPredicted):
            event = PhotosPredicted(tuple(replace(each, digest=_digest(each.path)) for each in event.predictions))
        context.report(event)

    return JobContext(report, context.checkpoint)


def _digest(path: Path) -> bytes:
    return sha256(path.read_bytes()).digest()
