"""Prediction: the right names in the right order, bad files among good ones, and how results are handed out."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.counting_model import CountingModel
from tests.learning.models import (
    CLASS_NAMES,
    KERAS_SAVE_WARNING,
    colour_model,
    name_by_colour,
    some_summary,
    write_small_model,
)
from tests.pictures import write_bomb_png, write_collection, write_empty, write_jpeg, write_text, write_truncated_jpeg
from tlgui.errors import Cancelled, CollectionError
from tlgui.learning.inference.predict import PredictionReports, predict
from tlgui.learning.model_file.prediction_model import BATCH_SIZE
from tlgui.learning.model_file.tlmodel import LoadedModel, load_model
from tlgui.learning.results import PhotosPredicted, Prediction
from tlgui.photos.pictures import photo_reader
from tlgui.photos.pictures.decode import read_photo
from tlgui.progress import Event, JobContext, Progress, Stage


class Listener:
    """Keeps what a job reports."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.context = JobContext(self.events.append)

    @property
    def groups(self) -> list[tuple[Prediction, ...]]:
        return [event.predictions for event in self.events if isinstance(event, PhotosPredicted)]

    @property
    def predictions(self) -> list[Prediction]:
        return [item for group in self.groups for item in group]


@pytest.fixture
def listener() -> Listener:
    return Listener()


def test_photos_get_their_names_in_the_order_asked_for(tmp_path: Path, listener: Listener) -> None:
    red, green, blue = ((200, 60, 50), (60, 160, 70), (60, 90, 200))
    colours = [blue, red, green, green, blue] * 20
    paths = [write_jpeg(tmp_path / f"{99 - n}.jpg", colour=colour, seed=n) for n, colour in enumerate(colours)]
    summary = predict(colour_model(), paths, 2, listener.context)
    assert [item.path for item in listener.predictions] == paths
    expected = [CLASS_NAMES[(red, green, blue).index(colour)] for colour in colours]
    assert [item.scores[0].class_name for item in listener.predictions] == expected
    assert all(item.scores[0].probability == pytest.approx(0.8) for item in listener.predictions)
    assert all(len(item.scores) == 2 for item in listener.predictions)
    assert (summary.photo_count, summary.error_count) == (100, 0)


def test_folders_are_searched(tmp_path: Path, listener: Listener) -> None:
    folder = write_collection(tmp_path / "c", 3, 2)
    single = write_jpeg(tmp_path / "single.jpg")
    summary = predict(colour_model(), [single, folder], 1, listener.context)
    assert summary.photo_count == 7
    assert listener.predictions[0].path == single
    assert [item.scores[0].class_name for item in listener.predictions[1:]] == [
        name for name in CLASS_NAMES for _ in range(2)
    ]


def test_bad_files_become_rows_that_say_why_and_the_others_go_on(tmp_path: Path, listener: Listener) -> None:
    paths = [
        write_jpeg(tmp_path / "1.jpg"),
        write_text(tmp_path / "2.jpg"),
        write_truncated_jpeg(tmp_path / "3.jpg"),
        write_empty(tmp_path / "4.png"),
        write_bomb_png(tmp_path / "5.png"),
        tmp_path / "gone.jpg",
        write_text(tmp_path / "notes.txt"),
        write_jpeg(tmp_path / "8.jpg"),
    ]
    summary = predict(colour_model(), paths, 3, listener.context)
    assert [item.path for item in listener.predictions] == paths
    assert [bool(item.error) for item in listener.predictions] == [False, *[True] * 6, False]
    assert all(bool(item.scores) != bool(item.error) for item in listener.predictions)
    assert all(item.path.name in item.error for item in listener.predictions if item.error)
    assert (summary.photo_count, summary.error_count) == (2, 6)


def test_only_bad_files_never_reach_the_network(tmp_path: Path, listener: Listener) -> None:
    def fail(_pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        pytest.fail("an empty batch")

    paths = [write_text(tmp_path / f"{number}.jpg") for number in range(3)]
    summary = predict(LoadedModel(some_summary(Path("m")), None, fail), paths, 3, listener.context)
    assert summary.error_count == 3


def test_missing_photos_are_an_error(tmp_path: Path, listener: Listener) -> None:
    with pytest.raises(CollectionError, match=tmp_path.name):
        predict(colour_model(), [tmp_path], 3, listener.context)


def test_top_is_never_more_than_the_model_has(tmp_path: Path, listener: Listener) -> None:
    predict(colour_model(), [write_jpeg(tmp_path / "1.jpg")], 99, listener.context)
    scores = listener.predictions[0].scores
    assert len(scores) == 3
    assert sum(score.probability for score in scores) == pytest.approx(1.0)


@pytest.mark.filterwarnings(KERAS_SAVE_WARNING)
def test_real_network_names_photos_as_keras_does(tmp_path: Path, listener: Listener) -> None:
    model = load_model(write_small_model(tmp_path / "m.tlmodel"))
    paths = [write_jpeg(tmp_path / f"{number}.jpg", colour=(number * 8, 99, 30)) for number in range(30)]
    predict(model, paths, 1, listener.context)
    pictures = np.stack([read_photo(path, 32) for path in paths]).astype(np.float32)
    expected = np.asarray(model.model(pictures, training=False))
    found = [item.scores[0] for item in listener.predictions]
    assert [score.class_name for score in found] == [CLASS_NAMES[place] for place in expected.argmax(axis=1)]
    np.testing.assert_allclose([score.probability for score in found], expected.max(axis=1), atol=1e-5)


# --- how results are handed out


def test_first_photo_is_reported_before_the_second_is_even_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_jpeg(tmp_path / f"{number}.jpg") for number in range(3)]
    first_reported = threading.Event()

    def read(path: Path, size: int, data: bytes | None) -> NDArray[np.uint8]:
        # Nobody waits longer than this unless the first photo is held back for the others.
        if path != paths[0] and not first_reported.wait(20):
            pytest.fail("the first photo waited for the others")
        return read_photo(path, size, data)

    def report(event: Event) -> None:
        if isinstance(event, PhotosPredicted):
            first_reported.set()

    monkeypatch.setattr(photo_reader, "read_photo", read)
    assert predict(colour_model(), paths, 1, JobContext(report)).photo_count == 3


def test_progress_goes_from_nothing_to_all(tmp_path: Path, listener: Listener) -> None:
    paths = [write_jpeg(tmp_path / f"{number}.jpg") for number in range(5)]
    predict(colour_model(), paths, 1, listener.context)
    progress = [event for event in listener.events if isinstance(event, Progress)]
    predicting = [event for event in progress if event.stage is Stage.PREDICTING]
    assert predicting[0] == Progress(Stage.PREDICTING, 0, 5)
    assert (predicting[-1].done, predicting[-1].total, predicting[-1].seconds_left) == (5, 5, 0.0)


def make_clock() -> tuple[Callable[[], float], Callable[[float], None]]:
    now = [100.0]

    def advance(seconds: float) -> None:
        now[0] += seconds

    return lambda: now[0], advance


def test_reports_send_the_first_at_once_and_at_most_ten_events_a_second(listener: Listener) -> None:
    clock, advance = make_clock()
    reports = PredictionReports(listener.context, 1000, clock)
    for number in range(1000):
        reports.add([Prediction(Path(str(number)))])
        if number == 0:
            assert listener.groups == [(Prediction(Path("0")),)]
        advance(0.01)
    reports.send()
    assert listener.predictions == [Prediction(Path(str(number))) for number in range(1000)]
    # Ten seconds went by.
    assert len(listener.events) <= 10 * 10 + 3


def test_reports_of_kept_predictions_are_small_and_paced_and_their_progress_is_rare(listener: Listener) -> None:
    clock, advance = make_clock()
    start = clock()
    reports = PredictionReports(listener.context, 100_000, clock, sleep=advance)
    for number in range(0, 100_000, 250):
        reports.add([Prediction(Path(str(each))) for each in range(number, number + 250)])
        advance(0.001)
    reports.send()
    assert [int(item.path.name) for item in listener.predictions] == list(range(100_000))
    assert max(map(len, listener.groups)) <= 256
    assert len(listener.groups) <= 500
    seconds = clock() - start
    assert 100_000 / 8000 * 0.99 <= seconds <= 100_000 / 8000 * 1.1
    assert sum(isinstance(event, Progress) for event in listener.events) <= 5 * seconds + 3


def test_photos_that_are_left_out_count_as_done(listener: Listener) -> None:
    reports = PredictionReports(listener.context, 3)
    reports.add([], 2)
    reports.add([Prediction(Path("a"))], 0)
    reports.send()
    assert listener.groups == [(Prediction(Path("a")),)]
    last = [event for event in listener.events if isinstance(event, Progress)][-1]
    assert (last.done, last.total) == (3, 3)


def test_only_kept_predictions_are_wanted_and_there_are_none(tmp_path: Path, listener: Listener) -> None:
    photo = write_jpeg(tmp_path / "1.jpg")
    (tmp_path / "empty").mkdir()
    summary = predict(CountingModel(), [photo], 3, listener.context, is_kept_only=True)
    assert (summary.photo_count, summary.error_count, summary.left_out_count) == (0, 0, 1)
    assert summary.left_out == (photo,)
    assert listener.predictions == []
    nothing = predict(CountingModel(), [tmp_path / "empty"], 3, listener.context, is_kept_only=True)
    assert (nothing.photo_count, nothing.left_out_count) == (0, 0)


def test_second_prediction_of_the_same_photos_needs_no_network(tmp_path: Path, listener: Listener) -> None:
    folder, model = write_collection(tmp_path / "c", 3, 5), CountingModel()
    first = predict(model, [folder], 3, listener.context)
    second = predict(model, [folder], 3, listener.context, uses_kept=True)
    assert (first.photo_count, second.photo_count, model.named_count) == (15, 15, 15)
    assert listener.predictions[:15] == listener.predictions[15:]


def test_reports_without_a_new_prediction_send_nothing(listener: Listener) -> None:
    reports = PredictionReports(listener.context, 1)
    reports.add([Prediction(Path("a"))])
    before = len(listener.events)
    reports.send()
    assert len(listener.events) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_and_devices_are_refused_and_not_waited_for(tmp_path: Path, listener: Listener) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "device.jpg").symlink_to("/dev/zero")
    write_jpeg(tmp_path / "photo.jpg")
    summary = predict(colour_model(), [tmp_path, Path("/dev/zero")], 1, listener.context)
    assert (summary.photo_count, summary.error_count) == (1, 3)
    assert all("not a file but" in prediction.error for prediction in listener.predictions if prediction.error)


# --- stop and memory


def test_stop_is_heard_at_each_file(tmp_path: Path, listener: Listener) -> None:
    paths = [write_jpeg(tmp_path / f"{number}.jpg") for number in range(10)]

    def stop_after_the_first() -> None:
        if listener.predictions:
            raise Cancelled

    with pytest.raises(Cancelled):
        predict(colour_model(), paths, 1, JobContext(listener.events.append, stop_after_the_first))
    assert [item.path for item in listener.predictions] == paths[:1]


def test_stop_is_heard_while_one_photo_takes_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_jpeg(tmp_path / "large.jpg")
    reading_began, let_go = threading.Event(), threading.Event()

    def read(_path: Path, size: int, _data: bytes | None) -> NDArray[np.uint8]:
        reading_began.set()
        let_go.wait(20)
        return np.zeros((size, size, 3), np.uint8)

    def stop() -> None:
        if reading_began.is_set():
            raise Cancelled

    monkeypatch.setattr(photo_reader, "read_photo", read)
    with pytest.raises(Cancelled):
        predict(colour_model(), [path], 1, JobContext(checkpoint=stop))
    assert not let_go.is_set()
    let_go.set()


def test_only_a_few_photos_are_in_memory_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = write_jpeg(tmp_path / "1.jpg").read_bytes()
    paths = [tmp_path / f"copy {number}.jpg" for number in range(300)]
    for path in paths:
        path.write_bytes(content)
    read_count, named_count, most_ahead = [0], [0], [0]
    lock = threading.Lock()

    def read(path: Path, size: int, data: bytes | None) -> NDArray[np.uint8]:
        with lock:
            read_count[0] += 1
            most_ahead[0] = max(most_ahead[0], read_count[0] - named_count[0])
        return read_photo(path, size, data)

    def name(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        with lock:
            named_count[0] += len(pictures)
        return name_by_colour(pictures)

    monkeypatch.setattr(photo_reader, "read_photo", read)
    predict(LoadedModel(colour_model().summary, None, name), paths, 1, JobContext())
    assert named_count[0] == 300
    assert most_ahead[0] <= 4 * BATCH_SIZE


def test_bug_while_reading_is_not_taken_for_a_bad_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_path: Path, _size: int, _data: bytes | None) -> NDArray[np.uint8]:
        raise ZeroDivisionError

    monkeypatch.setattr(photo_reader, "read_photo", read)
    with pytest.raises(ZeroDivisionError):
        predict(colour_model(), [write_jpeg(tmp_path / "1.jpg")], 1, JobContext())
