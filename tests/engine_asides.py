"""What every engine must do during another job, real or fake; for suites that have the fixtures of `EngineProtocol`."""

import threading
from pathlib import Path

import pytest

from tests.engine_protocol import Listener
from tlgui.engine.protocol import Engine, ExplainRequest, PredictRequest
from tlgui.errors import Cancelled
from tlgui.learning.results import Explanation, ModelSummary, PhotosPredicted
from tlgui.photos.collection import Collection
from tlgui.progress import Event, JobContext

# They take some seconds, and are left as soon as the question is answered.
_PHOTOS = 1500


class AsideProtocol:
    def test_explanation_is_answered_while_photos_are_named(
        self, engine: Engine, model: ModelSummary, collection: Collection, tmp_path: Path
    ) -> None:
        photo = next(iter(collection.photos())).path
        for number in range(_PHOTOS):
            (tmp_path / f"{number:04}.jpg").hardlink_to(photo)
        listener, answers = Listener(), list[Explanation]()

        def ask() -> None:
            answers.append(engine.run(ExplainRequest(model.path, photo), JobContext()))
            listener.stop.set()

        asking = threading.Thread(target=ask)

        def report(event: Event) -> None:
            if isinstance(event, PhotosPredicted) and asking.ident is None:
                asking.start()

        # The prediction is stopped by the answer, and would else go through to its end.
        with pytest.raises(Cancelled):
            engine.run(PredictRequest(model.path, (tmp_path,)), JobContext(report, listener.context.checkpoint))
        asking.join()
        assert answers[0].path == photo
