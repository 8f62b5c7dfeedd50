"""The fake engine obeys the protocol, and does what a test scripts."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typing_extensions import override

from tests.engine_asides import AsideProtocol
from tests.engine_protocol import LONG_RECIPE, RECIPE, EngineProtocol, Listener
from tests.fakes import FakeEngine
from tlgui.engine.protocol import Engine, OpenModelRequest, TrainRequest
from tlgui.errors import Cancelled, EngineError, PhotoError
from tlgui.photos.collection import Collection
from tlgui.progress import EpochEnded, JobContext


class TestFakeEngine(EngineProtocol, AsideProtocol):
    @pytest.fixture(scope="class")
    @classmethod
    @override
    def engine(cls) -> Iterator[Engine]:
        engine = FakeEngine()
        yield engine
        engine.close()

    def test_gate_holds_the_training_before_its_event_and_lets_it_go_on(
        self, fake_engine: FakeEngine, collection: Collection, tmp_path: Path
    ) -> None:
        listener = Listener()
        gate = fake_engine.pause_before(EpochEnded, lambda event: event.epoch == 2)
        request = TrainRequest(collection, RECIPE, tmp_path / "a.tlmodel")
        thread = threading.Thread(target=fake_engine.run, args=(request, listener.context))
        thread.start()

        gate.wait_until_reached()
        assert gate.is_reached
        assert [event.epoch for event in listener.epochs] == [1]
        gate.open()
        thread.join()
        assert [event.epoch for event in listener.epochs] == [1, 2, 3]

    def test_stop_works_at_a_gate(self, fake_engine: FakeEngine, collection: Collection, tmp_path: Path) -> None:
        listener = Listener(stop_at=EpochEnded)
        fake_engine.pause_before(EpochEnded, lambda event: event.epoch == 2)

        summary = fake_engine.run(TrainRequest(collection, LONG_RECIPE, tmp_path / "a.tlmodel"), listener.context)

        assert len(summary.history) == 1

    def test_scripted_failure_comes_once(self, fake_engine: FakeEngine, collection: Collection, tmp_path: Path) -> None:
        request = TrainRequest(collection, RECIPE, tmp_path / "a.tlmodel")
        fake_engine.fail_next(PhotoError("“a.jpg” is empty."))

        with pytest.raises(PhotoError, match="is empty"):
            fake_engine.run(request, JobContext())

        assert fake_engine.run(request, JobContext()).path == request.model_path

    def test_scripted_death_is_an_engine_error(
        self, fake_engine: FakeEngine, collection: Collection, tmp_path: Path
    ) -> None:
        fake_engine.die_next()

        with pytest.raises(EngineError, match="ended by the system"):
            fake_engine.run(TrainRequest(collection, RECIPE, tmp_path / "a.tlmodel"), JobContext())


def test_closed_fake_starts_no_job(fake_engine: FakeEngine, tmp_path: Path) -> None:
    fake_engine.close()

    with pytest.raises(Cancelled):
        fake_engine.run(OpenModelRequest(tmp_path / "a.tlmodel"), JobContext())
