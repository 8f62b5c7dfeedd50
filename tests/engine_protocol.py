"""What every engine must do, real or fake: one suite, run on both, so that the fake stays true."""

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.pictures import write_jpeg
from tlgui.engine.protocol import (
    Engine,
    EstimateRequest,
    EvaluateRequest,
    ExplainRequest,
    ExportRequest,
    LooksRequest,
    OpenModelRequest,
    PredictRequest,
    PreviewRequest,
    SaveTrainedRequest,
    TrainRequest,
)
from tlgui.errors import Cancelled, CollectionError, ModelFileError, StorageError, UnsavedModelError
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import Augmentation, EarlyStopping
from tlgui.learning.results import ModelSummary, PhotosPredicted, Prediction, StopReason
from tlgui.photos.collection import Collection, Part
from tlgui.photos.samples import draw_sample_photos
from tlgui.photos.scanning.scan import scan
from tlgui.progress import BatchEnded, EpochEnded, Event, JobContext, Progress, Stage

RECIPE = replace(QUICK, input_size=96, epochs=3, early_stopping=EarlyStopping(enabled=False))
LONG_RECIPE = replace(RECIPE, epochs=10_000)


@dataclass
class Listener:
    """Keeps every event; at the first that is of the type `stop_at` it does `act`, and presses Stop."""

    stop_at: type[Event] | None = None
    act: Callable[[], object] = lambda: None
    events: list[Event] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def context(self) -> JobContext:
        return JobContext(self._report, self._checkpoint)

    @property
    def epochs(self) -> list[EpochEnded]:
        return [event for event in self.events if isinstance(event, EpochEnded)]

    @property
    def predictions(self) -> list[Prediction]:
        reports = [event for event in self.events if isinstance(event, PhotosPredicted)]
        return [prediction for report in reports for prediction in report.predictions]

    def check_progress(self) -> None:
        """Check that no stage goes backwards or past its end, and that a stage with an end reaches it."""
        last: dict[Stage, Progress] = {}
        for event in self.events:
            if not isinstance(event, Progress):
                continue
            assert event.total is None or 0 <= event.done <= event.total
            assert event.stage not in last or event.done >= last[event.stage].done
            last[event.stage] = event
        assert [event for event in last.values() if event.total is not None and event.done < event.total] == []

    def _report(self, event: Event) -> None:
        self.events.append(event)
        if self.stop_at is not None and isinstance(event, self.stop_at) and event != Progress(Stage.STARTING):
            self.act()
            self.stop.set()

    def _checkpoint(self) -> None:
        if self.stop.is_set():
            raise Cancelled


class EngineProtocol:
    """Derive a `Test…` class from this and give it an `engine` fixture of class scope."""

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> Iterator[Engine]:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def collection(cls, tmp_path_factory: pytest.TempPathFactory) -> Collection:
        folder = tmp_path_factory.mktemp("photos") / "samples"
        draw_sample_photos(folder, photos_per_class=12, size=96)
        return scan(folder, JobContext())

    @pytest.fixture(scope="class")
    @classmethod
    def trained(
        cls, engine: Engine, collection: Collection, tmp_path_factory: pytest.TempPathFactory
    ) -> tuple[ModelSummary, Listener]:
        listener = Listener()
        path = tmp_path_factory.mktemp("models") / "samples.tlmodel"
        return engine.run(TrainRequest(collection, RECIPE, path), listener.context), listener

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, trained: tuple[ModelSummary, Listener]) -> ModelSummary:
        return trained[0]

    def test_training_reports_every_epoch_in_order_and_returns_them(
        self, trained: tuple[ModelSummary, Listener]
    ) -> None:
        summary, listener = trained

        assert [event.epoch for event in listener.epochs] == [1, 2, 3]
        assert tuple(listener.epochs) == summary.history
        assert listener.epochs[0].is_best
        assert {event.epochs for event in listener.epochs} == {RECIPE.epochs}
        listener.check_progress()

    def test_training_reports_batches_between_epochs(self, trained: tuple[ModelSummary, Listener]) -> None:
        _, listener = trained
        batches = [event for event in listener.events if isinstance(event, BatchEnded)]

        assert batches
        assert batches[0].epoch == 1
        assert all(1 <= event.batch <= event.batches for event in batches)
        assert listener.events.index(batches[0]) < listener.events.index(listener.epochs[0])

    def test_training_writes_the_model_that_it_describes(self, model: ModelSummary, collection: Collection) -> None:
        assert model.path.stat().st_size > 0
        assert model.class_names == collection.class_names == ("boats", "flowers", "trees")
        assert model.recipe == RECIPE
        assert model.stop_reason is StopReason.COMPLETED
        assert model.evaluation_on(Part.VALIDATION) is not None
        assert 0 < model.photo_count < collection.photo_count

    def test_stop_before_the_first_epoch_cancels_and_writes_nothing(
        self, engine: Engine, collection: Collection, tmp_path: Path
    ) -> None:
        listener = Listener(stop_at=Progress)

        with pytest.raises(Cancelled):
            engine.run(TrainRequest(collection, LONG_RECIPE, tmp_path / "a.tlmodel"), listener.context)

        assert listener.epochs == []
        assert list(tmp_path.iterdir()) == []

    def test_model_in_a_folder_that_is_not_there_is_refused(
        self, engine: Engine, collection: Collection, tmp_path: Path
    ) -> None:
        with pytest.raises(StorageError, match=r"a\.tlmodel"):
            engine.run(TrainRequest(collection, RECIPE, tmp_path / "gone" / "a.tlmodel"), JobContext())

    def test_what_is_not_a_model_is_refused_by_name(self, engine: Engine, tmp_path: Path) -> None:
        bad = tmp_path / "holiday.tlmodel"
        bad.write_text("not a model", encoding="utf-8")

        for path in (bad, tmp_path / "missing.tlmodel"):
            with pytest.raises(ModelFileError, match=path.name):
                engine.run(OpenModelRequest(path), JobContext())
            with pytest.raises(ModelFileError, match=path.name):
                engine.run(PredictRequest(path, (tmp_path,)), JobContext())

    def test_photos_are_predicted_in_order_and_a_bad_one_says_why(
        self, engine: Engine, model: ModelSummary, collection: Collection, tmp_path: Path
    ) -> None:
        bad = tmp_path / "notes.jpg"
        bad.write_text("not a photo", encoding="utf-8")
        good = [photo.path for photo in collection.photos()]
        listener = Listener()

        summary = engine.run(PredictRequest(model.path, (good[-1], bad, good[0]), top=2), listener.context)

        first, second, third = listener.predictions
        assert [first.path, second.path, third.path] == [good[-1], bad, good[0]]
        assert "notes.jpg" in second.error
        assert second.scores == ()
        for prediction in (first, third):
            assert prediction.error == ""
            assert len(prediction.scores) == 2
            assert 1.0 >= prediction.scores[0].probability >= prediction.scores[1].probability >= 0.0
        assert (summary.photo_count, summary.error_count) == (2, 1)
        listener.check_progress()

    def test_folders_are_searched_for_photos(self, engine: Engine, model: ModelSummary, collection: Collection) -> None:
        listener = Listener()

        summary = engine.run(PredictRequest(model.path, (collection.folder,)), listener.context)

        assert summary.photo_count == collection.photo_count
        assert {item.path for item in listener.predictions} == {photo.path for photo in collection.photos()}

    def test_engine_shows_where_the_model_looks(
        self, engine: Engine, model: ModelSummary, collection: Collection
    ) -> None:
        photo = next(iter(collection.photos())).path
        listener = Listener()
        engine.run(PredictRequest(model.path, (photo,)), listener.context)
        best = listener.predictions[0].scores[0]

        explanation = engine.run(ExplainRequest(model.path, photo), JobContext())
        other = engine.run(ExplainRequest(model.path, photo, "trees"), JobContext())

        assert (explanation.path, explanation.class_name, other.class_name) == (photo, best.class_name, "trees")
        assert explanation.probability == pytest.approx(best.probability, abs=1e-5)
        assert len(explanation.values) == explanation.height * explanation.width
        assert all(0.0 <= value <= 1.0 for value in explanation.values)
        with pytest.raises(ModelFileError, match=r"gone\.tlmodel"):
            engine.run(ExplainRequest(model.path.with_name("gone.tlmodel"), photo), JobContext())

    def test_predictions_are_kept_by_content_and_model(
        self, engine: Engine, model: ModelSummary, collection: Collection, tmp_path: Path
    ) -> None:
        known = next(iter(collection.photos())).path
        (tmp_path / known.parent.name).mkdir()
        moved = Path(shutil.copy(known, tmp_path / known.parent.name / "moved.jpg"))
        new = write_jpeg(tmp_path / "new.jpg", seed=99)
        first, second = Listener(), Listener()
        engine.run(PredictRequest(model.path, (known,), top=2), first.context)

        kept = engine.run(PredictRequest(model.path, (moved, new), 2, is_kept_only=True), second.context)

        assert (kept.photo_count, kept.error_count, kept.left_out_count) == (1, 0, 1)
        (before,), (after,) = first.predictions, second.predictions
        assert after == replace(before, path=moved, time=after.time)
        assert before.digest == hashlib.sha256(known.read_bytes()).digest()
        both = engine.run(PredictRequest(model.path, (moved, new), 2, uses_kept=True), JobContext())
        assert (both.photo_count, both.left_out_count) == (2, 0)
        second.check_progress()

    def test_looks_are_those_of_predictions(
        self, engine: Engine, model: ModelSummary, collection: Collection, tmp_path: Path
    ) -> None:
        photos = tuple(photo.path for photo in collection.photos())[:5]
        gone = tmp_path / "gone.jpg"
        listener = Listener()
        engine.run(PredictRequest(model.path, photos), listener.context)

        looks = engine.run(LooksRequest(model.path, (*photos, gone)), JobContext())

        assert looks == (*(prediction.look for prediction in listener.predictions), b"")
        assert len({len(look) for look in looks[:-1]}) == 1

    def test_prediction_stops(self, engine: Engine, model: ModelSummary, collection: Collection) -> None:
        paths = tuple(photo.path for photo in collection.photos()) * 20
        listener = Listener(stop_at=PhotosPredicted)

        with pytest.raises(Cancelled):
            engine.run(PredictRequest(model.path, paths), listener.context)

        assert 0 < len(listener.predictions) < len(paths)

    @pytest.mark.parametrize("part", [None, Part.VALIDATION])
    def test_evaluation_counts_the_photos_of_its_part(
        self, engine: Engine, model: ModelSummary, collection: Collection, part: Part | None
    ) -> None:
        listener = Listener()

        result = engine.run(EvaluateRequest(model.path, collection, part), listener.context)

        assert result.part is part
        assert [item.name for item in result.classes] == list(model.class_names)
        assert sum(map(sum, result.confusion)) == result.photo_count
        if part is None:
            assert result.photo_count == collection.photo_count
        else:
            assert result.photo_count + model.photo_count == collection.photo_count
        assert result.interval.low <= result.accuracy <= result.interval.high
        listener.check_progress()

    def test_previews_are_pictures_of_the_size_asked_for(self, engine: Engine, collection: Collection) -> None:
        paths = tuple(photo.path for photo in collection.photos())[:3]

        pictures = engine.run(PreviewRequest(paths, Augmentation(rotation=30.0, zoom=0.2), 64), JobContext())

        assert [(picture.width, picture.height, len(picture.rgb)) for picture in pictures] == [
            (64, 64, 64 * 64 * 3)
        ] * 3
        assert len({picture.rgb for picture in pictures}) == 3

    def test_estimate_says_what_a_training_takes_and_on_what(self, engine: Engine, collection: Collection) -> None:
        listener = Listener()

        cost = engine.run(EstimateRequest(collection, RECIPE), listener.context)

        assert cost.seconds > 0.0
        assert cost.memory_bytes > 1_000_000
        assert cost.device
        assert 0.0 <= cost.cached_share <= 1.0
        assert cost.download_bytes == 0
        listener.check_progress()

    def test_estimate_of_a_collection_that_cannot_be_trained_on_says_why(
        self, engine: Engine, collection: Collection
    ) -> None:
        alone = replace(collection, classes=collection.classes[:1])

        with pytest.raises(CollectionError, match="only one class"):
            engine.run(EstimateRequest(alone, RECIPE), JobContext())

    def test_estimate_stops(self, engine: Engine, collection: Collection) -> None:
        listener = Listener(stop_at=Progress)

        with pytest.raises(Cancelled):
            engine.run(EstimateRequest(collection, replace(RECIPE, seed=2)), listener.context)

    def test_export_is_written_and_compared(
        self, engine: Engine, model: ModelSummary, collection: Collection, tmp_path: Path
    ) -> None:
        listener = Listener()
        photos = tuple(photo.path for photo in collection.photos())
        target = tmp_path / "samples.keras"

        result = engine.run(ExportRequest(model.path, "keras", target, photos), listener.context)

        assert (result.path, result.format_id) == (target, "keras")
        assert target.stat().st_size > 0
        assert result.compared_count >= 16
        assert 0.0 <= result.largest_difference < 1e-3
        assert not result.used_drawn_pictures
        listener.check_progress()

    def test_export_into_a_folder_that_is_not_there_is_refused(
        self, engine: Engine, model: ModelSummary, tmp_path: Path
    ) -> None:
        with pytest.raises(StorageError, match=r"samples\.keras"):
            engine.run(ExportRequest(model.path, "keras", tmp_path / "gone" / "samples.keras"), JobContext())

    def test_job_after_a_failed_one_works(self, engine: Engine, model: ModelSummary, tmp_path: Path) -> None:
        with pytest.raises(ModelFileError):
            engine.run(OpenModelRequest(tmp_path / "missing.tlmodel"), JobContext())

        assert engine.run(OpenModelRequest(model.path), JobContext()) == model

    def test_stop_pressed_before_the_job_cancels_it(self, engine: Engine, model: ModelSummary) -> None:
        listener = Listener()
        listener.stop.set()

        with pytest.raises(Cancelled):
            engine.run(OpenModelRequest(model.path), listener.context)

    # The last model that was used stays loaded, which saves the tests above seconds; from here on it is another.

    def test_stop_after_an_epoch_keeps_a_model_that_predicts(
        self, engine: Engine, collection: Collection, tmp_path: Path
    ) -> None:
        listener = Listener(stop_at=EpochEnded)

        summary = engine.run(TrainRequest(collection, LONG_RECIPE, tmp_path / "a.tlmodel"), listener.context)

        assert summary.stop_reason is StopReason.STOPPED
        assert 1 <= len(summary.history) < LONG_RECIPE.epochs
        photo = next(collection.photos()).path
        assert engine.run(PredictRequest(summary.path, (photo,)), JobContext()).photo_count == 1

    def test_model_that_could_not_be_written_is_written_elsewhere_without_training_again(
        self, engine: Engine, collection: Collection, tmp_path: Path
    ) -> None:
        folder = tmp_path / "stick"
        folder.mkdir()
        training = TrainRequest(collection, LONG_RECIPE, folder / "a.tlmodel")
        listener = Listener(stop_at=EpochEnded, act=lambda: shutil.rmtree(folder, ignore_errors=True))

        with pytest.raises(UnsavedModelError, match=r"a\.tlmodel.*the folder is not there"):
            engine.run(training, listener.context)
        with pytest.raises(UnsavedModelError, match=r"b\.tlmodel.*the folder is not there"):
            engine.run(SaveTrainedRequest(training, folder / "b.tlmodel"), JobContext())
        listener = Listener()
        summary = engine.run(SaveTrainedRequest(training, tmp_path / "c.tlmodel"), listener.context)

        assert listener.epochs == []
        assert summary.stop_reason is StopReason.STOPPED
        assert engine.run(OpenModelRequest(tmp_path / "c.tlmodel"), JobContext()) == summary

    def test_opened_model_says_what_training_said_and_is_read_again_when_it_changed(
        self, engine: Engine, model: ModelSummary, collection: Collection, tmp_path: Path
    ) -> None:
        copy = tmp_path / "copy.tlmodel"
        shutil.copy(model.path, copy)
        photo = next(collection.photos()).path

        assert engine.run(OpenModelRequest(copy), JobContext()) == replace(model, path=copy)
        assert engine.run(PredictRequest(copy, (photo,)), JobContext()).photo_count == 1
        copy.write_text("not a model", encoding="utf-8")

        with pytest.raises(ModelFileError):
            engine.run(PredictRequest(copy, (photo,)), JobContext())
