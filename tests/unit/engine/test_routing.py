"""Two engines behind one: answers come from the light one, also while the other one trains."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tests.engine_protocol import LONG_RECIPE, RECIPE, EngineProtocol, Listener
from tests.fakes import FakeEngine
from tlgui.engine.protocol import (
    Engine,
    EvaluateRequest,
    ExportRequest,
    NoOnnxNetworkError,
    OpenModelRequest,
    PredictRequest,
    PreviewRequest,
    TrainRequest,
)
from tlgui.engine.routing import RoutingEngine
from tlgui.errors import Cancelled, EngineError
from tlgui.learning.recipes.recipe import Augmentation
from tlgui.learning.results import ModelSummary
from tlgui.photos.collection import Collection
from tlgui.progress import EpochEnded, JobContext, Notice

Background = Callable[[Callable[[], object]], None]


class SlowEngine(FakeEngine):
    """A fake that is ready only when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.ready = threading.Event()

    @override
    def wait_until_ready(self, context: JobContext) -> None:
        while not self.ready.wait(0.001):
            context.checkpoint()


class BrokenEngine(FakeEngine):
    """A fake that cannot be started."""

    @override
    def wait_until_ready(self, context: JobContext) -> None:
        raise EngineError("It could not be started.")


class Engines:
    """Two fakes, and the engine that routes to them."""

    def __init__(self, light: FakeEngine | None = None) -> None:
        self.light, self.full = light or FakeEngine(), FakeEngine()
        self.routing = RoutingEngine(self.light, self.full)

    def train(self, collection: Collection, path: Path) -> ModelSummary:
        return self.routing.run(TrainRequest(collection, RECIPE, path), JobContext())


class TestRoutingEngine(EngineProtocol):
    @pytest.fixture(scope="class")
    @classmethod
    @override
    def engine(cls) -> Iterator[Engine]:
        engine = RoutingEngine(FakeEngine(), FakeEngine())
        engine.start()
        yield engine
        engine.close()

    @pytest.fixture
    def engines(self) -> Iterator[Engines]:
        engines = Engines()
        yield engines
        engines.routing.close()

    def test_answers_come_from_the_light_engine_and_all_else_from_the_other(
        self, engines: Engines, collection: Collection, tmp_path: Path
    ) -> None:
        model = engines.train(collection, tmp_path / "a.tlmodel")
        photo = next(collection.photos()).path
        light = [
            OpenModelRequest(model.path),
            PredictRequest(model.path, (photo,)),
            EvaluateRequest(model.path, collection),
        ]
        full = [
            PreviewRequest((photo,), Augmentation(), 64),
            ExportRequest(model.path, "keras", tmp_path / "a.keras"),
        ]

        for request in (*light, *full):
            engines.routing.run(request, JobContext())

        assert engines.light.requests == light
        assert engines.full.requests[1:] == full

    def test_model_without_an_onnx_network_is_answered_by_the_other_engine(
        self, engines: Engines, collection: Collection, tmp_path: Path
    ) -> None:
        model = engines.train(collection, tmp_path / "a.tlmodel")
        engines.light.fail_next(NoOnnxNetworkError("It carries none."))
        listener = Listener()

        request = PredictRequest(model.path, (next(collection.photos()).path,))
        summary = engines.routing.run(request, listener.context)

        assert summary.photo_count == len(listener.predictions) == 1
        assert engines.full.requests[-1] == request
        listener.check_progress()

    def test_answer_does_not_wait_for_a_training(
        self,
        engines: Engines,
        collection: Collection,
        tmp_path: Path,
        background: Callable[[Callable[[], object]], None],
    ) -> None:
        model = engines.train(collection, tmp_path / "a.tlmodel")
        gate = engines.full.pause_before(EpochEnded)
        training = TrainRequest(collection, LONG_RECIPE, tmp_path / "b.tlmodel")
        stop = Listener(stop_at=EpochEnded)
        background(lambda: engines.routing.run(training, stop.context))
        gate.wait_until_reached()
        photo = next(collection.photos()).path

        assert engines.routing.run(PredictRequest(model.path, (photo,)), JobContext()).photo_count == 1
        gate.open()

    def test_answer_that_must_wait_for_a_training_says_so(
        self,
        engines: Engines,
        collection: Collection,
        tmp_path: Path,
        background: Callable[[Callable[[], object]], None],
    ) -> None:
        model = engines.train(collection, tmp_path / "a.tlmodel")
        gate = engines.full.pause_before(EpochEnded)
        training = TrainRequest(collection, LONG_RECIPE, tmp_path / "b.tlmodel")
        background(lambda: engines.routing.run(training, Listener(stop_at=EpochEnded).context))
        gate.wait_until_reached()
        engines.light.fail_next(NoOnnxNetworkError("It carries none."))
        listener = Listener(stop_at=Notice)

        with pytest.raises(Cancelled):
            engines.routing.run(PredictRequest(model.path, (next(collection.photos()).path,)), listener.context)

        assert [event for event in listener.events if isinstance(event, Notice)]
        gate.open()

    def test_old_model_in_quiet_times_is_answered_without_a_word(
        self, engines: Engines, collection: Collection, tmp_path: Path
    ) -> None:
        model = engines.train(collection, tmp_path / "a.tlmodel")
        engines.light.fail_next(NoOnnxNetworkError("It carries none."))
        listener = Listener()

        engines.routing.run(OpenModelRequest(model.path), listener.context)

        assert not [event for event in listener.events if isinstance(event, Notice)]


@pytest.fixture
def background() -> Iterator[Background]:
    """Return a function that runs something on a thread, which has ended when the test has."""
    threads: list[threading.Thread] = []

    def run(work: Callable[[], object]) -> None:
        threads.append(threading.Thread(target=work))
        threads[-1].start()

    yield run
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_tensorflow_is_loaded_once_the_light_engine_is_ready(qtbot: QtBot) -> None:
    light = SlowEngine()
    engines = Engines(light)

    engines.routing.start()
    assert light.is_started
    assert not engines.full.is_started
    light.ready.set()
    qtbot.waitUntil(lambda: engines.full.is_started)
    engines.routing.close()

    assert light.is_closed
    assert engines.full.is_closed


def test_close_before_the_light_engine_is_ready_ends_the_wait() -> None:
    engines = Engines(SlowEngine())
    engines.routing.start()

    engines.routing.close()

    assert not engines.full.is_started
    assert not [thread for thread in threading.enumerate() if thread.name == "engine-start"]


def test_light_engine_that_cannot_be_started_does_not_keep_the_other_from_it(qtbot: QtBot) -> None:
    engines = Engines(BrokenEngine())

    engines.routing.start()
    qtbot.waitUntil(lambda: engines.full.is_started)
    engines.routing.close()
