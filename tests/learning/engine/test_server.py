"""The real engines, with TensorFlow and the embedded backbone in processes of their own, obey the protocol."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from typing_extensions import override

from tests.engine_asides import AsideProtocol
from tests.engine_protocol import EngineProtocol, Listener
from tests.learning.listening import numbers
from tests.learning.trainings import CACHED
from tlgui.app import engine_processes
from tlgui.engine.client import EngineProcess
from tlgui.engine.protocol import Engine, ExportRequest, OpenModelRequest, TrainRequest
from tlgui.engine.routing import RoutingEngine
from tlgui.errors import EngineError, ModelFileError
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.progress import read_progress
from tlgui.photos.collection import Collection
from tlgui.progress import EpochEnded, Event, JobContext, Progress, Stage


class TestEngineProcesses(EngineProtocol, AsideProtocol):
    @pytest.fixture(scope="class")
    @classmethod
    @override
    def engine(cls) -> Iterator[Engine]:
        engine = RoutingEngine(*engine_processes())
        engine.start()
        yield engine
        engine.close()

    def test_libraries_are_loaded_once(self, engine: Engine, model: ModelSummary) -> None:
        engine.wait_until_ready(JobContext())
        listener = Listener()

        with pytest.raises(ModelFileError):
            engine.run(OpenModelRequest(model.path.with_name("missing.tlmodel")), listener.context)
        with pytest.raises(ModelFileError):
            engine.run(ExportRequest(model.path.with_name("missing.tlmodel"), "keras", Path("a")), listener.context)

        assert Progress(Stage.STARTING) not in listener.events

    def test_same_recipe_gives_the_same_history(
        self, engine: Engine, collection: Collection, model: ModelSummary, tmp_path: Path
    ) -> None:
        again = engine.run(TrainRequest(collection, model.recipe, tmp_path / "again.tlmodel"), JobContext())

        assert numbers(again.history) == numbers(model.history)

    def test_kill_in_mid_training_is_told_and_the_training_goes_on_with_its_history(
        self, engine: Engine, collection: Collection, tmp_path: Path
    ) -> None:
        killed = EngineProcess()

        def kill(event: Event) -> None:
            if isinstance(event, EpochEnded) and event.epoch == 2:
                assert killed.process_id is not None
                psutil.Process(killed.process_id).kill()

        # Long enough that the kill comes before the end.
        recipe = replace(CACHED, epochs=20)
        whole = engine.run(TrainRequest(collection, recipe, tmp_path / "whole.tlmodel"), JobContext())
        request = TrainRequest(collection, recipe, tmp_path / "a.tlmodel", run_folder=tmp_path)
        try:
            with pytest.raises(EngineError, match="ended by the system"):
                killed.run(request, JobContext(kill))
            assert not request.model_path.exists()
            left = read_progress(tmp_path)
            # Epochs this short are not all written.
            assert left

            resumed = killed.run(replace(request, resume=True), JobContext())
        finally:
            killed.close()

        assert resumed.history[: len(left)] == left
        assert numbers(resumed.history) == numbers(whole.history)
