"""Evaluation: figures that can be checked by hand, and the photos that are, or are not, evaluated."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.learning.models import SIZE, colour_model, name_by_colour
from tests.pictures import write_collection, write_split_collection, write_text
from tlgui.errors import Cancelled, CollectionError
from tlgui.learning.assessment.wilson import wilson_interval
from tlgui.learning.inference.evaluate import evaluate, evaluate_probabilities
from tlgui.learning.model_file.tlmodel import LoadedModel
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import PhotosUnreadable
from tlgui.photos.collection import Collection, Part
from tlgui.photos.scanning.scan import scan
from tlgui.progress import Event, JobContext, Progress, Stage


def scanned(folder: Path) -> Collection:
    return scan(folder, JobContext())


# --- figures


def test_figures_are_those_counted_by_hand() -> None:
    probabilities = np.array(
        [[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.5, 0.4, 0.1], [0.2, 0.3, 0.5]], np.float32
    )
    evaluation = evaluate_probabilities(probabilities, np.array([0, 0, 1, 1, 0]), ("a", "b", "c"), Part.TEST)
    assert evaluation.confusion == ((2, 0, 1), (1, 1, 0), (0, 0, 0))
    assert evaluation.photo_count == 5
    assert evaluation.accuracy == pytest.approx(3 / 5)
    assert evaluation.interval == wilson_interval(3, 5)
    assert evaluation.loss == pytest.approx(-np.log([0.7, 0.6, 0.8, 0.4, 0.2]).mean())
    assert evaluation.part is Part.TEST
    assert [(result.name, result.photo_count) for result in evaluation.classes] == [("a", 3), ("b", 2), ("c", 0)]
    assert [result.recall for result in evaluation.classes] == [pytest.approx(2 / 3), pytest.approx(1 / 2), None]
    assert [result.precision for result in evaluation.classes] == pytest.approx([2 / 3, 1, 0])


def test_certain_and_wrong_has_a_finite_loss() -> None:
    evaluation = evaluate_probabilities(np.array([[1.0, 0.0]], np.float32), np.array([1]), ("a", "b"), None)
    assert evaluation.loss == pytest.approx(-math.log(1e-7))


# --- collections


def test_all_photos_are_evaluated(tmp_path: Path) -> None:
    collection = scanned(write_collection(tmp_path / "c", 3, 15, size=40))
    evaluation = evaluate(colour_model(), collection, None, JobContext())
    assert evaluation.confusion == ((15, 0, 0), (0, 15, 0), (0, 0, 15))
    assert evaluation.accuracy == 1.0
    assert evaluation.part is None


def test_mistakes_are_found_where_they_are(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "c", 3, 4)
    (folder / "class 01" / "photo 000.jpg").rename(folder / "class 03" / "moved.jpg")
    evaluation = evaluate(colour_model(), scanned(folder), None, JobContext())
    assert evaluation.confusion == ((3, 0, 0), (0, 4, 0), (1, 0, 4))


def test_part_is_the_one_of_the_split_of_the_recipe(tmp_path: Path) -> None:
    collection = scanned(write_collection(tmp_path / "c", 3, 10))
    recipe = QUICK.with_value("split.validation", "0.3").with_value("split.test", "0.1")
    counts = {part: evaluate(colour_model(recipe), collection, part, JobContext()).photo_count for part in Part}
    assert counts == {Part.TRAINING: 18, Part.VALIDATION: 9, Part.TEST: 3}


def test_what_was_measured_tells_whether_the_model_may_have_learned_from_the_photos(tmp_path: Path) -> None:
    recipe = QUICK.with_value("split.validation", "0.3").with_value("split.test", "0.1")
    collection = scanned(write_collection(tmp_path / "c", 3, 10))
    may_have_learned = {}
    for part in (None, *Part):
        trust = evaluate(colour_model(recipe), collection, part, JobContext()).trust
        assert trust is not None
        may_have_learned[part] = trust.may_have_learned
    assert may_have_learned == {None: True, Part.TRAINING: True, Part.VALIDATION: False, Part.TEST: False}


def test_own_test_photos_are_evaluated_even_where_nothing_else_is_left(tmp_path: Path) -> None:
    folder = write_split_collection(tmp_path / "c", 3, 2, ("train", "test"))
    assert evaluate(colour_model(), scanned(folder), Part.TEST, JobContext()).photo_count == 6
    for file in (folder / "train").rglob("*.jpg"):
        file.unlink()
    assert evaluate(colour_model(), scanned(folder), Part.TEST, JobContext()).photo_count == 6


def test_collection_may_have_fewer_classes_than_the_model(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "c", 2, 3)
    shutil.rmtree(folder / "class 01")
    evaluation = evaluate(colour_model(), scanned(folder), None, JobContext())
    assert evaluation.confusion == ((0, 0, 0), (0, 3, 0), (0, 0, 0))


def test_class_that_the_model_does_not_know_is_named(tmp_path: Path) -> None:
    collection = scanned(write_collection(tmp_path / "c", ("class 01", "zebra"), 3))
    with pytest.raises(CollectionError, match="zebra") as caught:
        evaluate(colour_model(), collection, None, JobContext())
    assert "class 01" not in caught.value.message
    assert "class 03" in caught.value.hint


def test_part_without_photos_is_named(tmp_path: Path) -> None:
    collection = scanned(write_collection(tmp_path / "c", 3, 5))
    with pytest.raises(CollectionError, match="no test photos"):
        evaluate(colour_model(), collection, Part.TEST, JobContext())


def test_photos_that_cannot_be_read_are_left_out_told_of_and_kept(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "c", 3, 5)
    collection = scanned(folder)
    text = write_text(folder / "class 01" / "photo 000.jpg")
    (folder / "class 02" / "photo 004.jpg").unlink()
    events: list[Event] = []
    evaluation = evaluate(colour_model(), collection, None, JobContext(events.append))
    (told,) = [event.photos for event in events if isinstance(event, PhotosUnreadable)]
    assert [photo.path for photo in told] == [text, folder / "class 02" / "photo 004.jpg"]
    assert "not an image" in told[0].reason
    assert "no longer there" in told[1].reason
    assert [problem.path for problem in scanned(folder).problems] == [text]
    assert [result.photo_count for result in evaluation.classes] == [4, 4, 5]
    assert evaluation.accuracy == 1.0


def test_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "c", 3, 2)
    collection = scanned(folder)
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(CollectionError, match="None of the 6 photos"):
        evaluate(colour_model(), collection, None, JobContext())


def test_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    events: list[Event] = []
    collection = scanned(write_collection(tmp_path / "c", 3, 15))
    evaluate(colour_model(), collection, None, JobContext(events.append))
    assert events[0] == Progress(Stage.EVALUATING, 0, 45)
    assert events[-1] == Progress(Stage.EVALUATING, 45, 45, 0.0)


def test_stop_ends_it(tmp_path: Path) -> None:
    collection = scanned(write_collection(tmp_path / "c", 3, 4))
    asked: list[None] = []

    def stop_at_the_third() -> None:
        asked.append(None)
        if len(asked) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        evaluate(colour_model(), collection, None, JobContext(checkpoint=stop_at_the_third))


def test_network_sees_at_most_a_batch_at_a_time(tmp_path: Path) -> None:
    seen: list[tuple[int, ...]] = []

    def watched(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        seen.append(pictures.shape)
        return name_by_colour(pictures)

    collection = scanned(write_collection(tmp_path / "c", 3, 30))
    evaluate(LoadedModel(colour_model().summary, None, watched), collection, None, JobContext())
    assert sum(shape[0] for shape in seen) == 90
    assert max(shape[0] for shape in seen) <= 32
    assert {shape[1:] for shape in seen} == {(SIZE, SIZE, 3)}
