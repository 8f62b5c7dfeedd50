"""Heads judge photos they never saw: those in the wrong folder come first, and it is known whose photos would help."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.learning.listening import QUIET, Listener
from tests.pictures import write_collection
from tlgui.engine import jobs
from tlgui.engine.protocol import JudgeRequest, LearningCurveRequest
from tlgui.errors import Cancelled, CollectionError
from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.doubts import rank_doubts
from tlgui.learning.assessment.learning_curve import learning_curve
from tlgui.learning.learning_curve import LearningCurve
from tlgui.learning.recipes.built_in import BUILT_IN, QUICK, THOROUGH
from tlgui.learning.recipes.recipe import EarlyStopping, Recipe
from tlgui.learning.results import PhotosUnreadable
from tlgui.learning.runs.learning_curve import LEARNING_CURVE, read_learning_curve
from tlgui.learning.training.cross_validation import HeadEpochs, cross_validate
from tlgui.learning.training.unseen import CURVE_SHARES, judge_unseen, measure_learning_curve
from tlgui.learning.trust import JudgedBy
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import scan

NAMES = ("boat", "coat", "skirt")
LENGTH = 60
HEAD = Recipe(batch_size=128, learning_rate=0.01, schedule="cosine", early_stopping=EarlyStopping(enabled=False))
EPOCHS = HeadEpochs(30, 30)


def features_of(count: int, kinds: int, overlap: float, seed: int = 1) -> tuple[FloatArray, Labels]:
    """Return features of three classes of so many photos.

    Args:
        count: Photos of each class.
        kinds: Kinds of things in the last class, each with another look, of which few photos show few. The other
            classes look alike throughout.
        overlap: Share of the first class that nobody could tell from the second, however many photos there are.
        seed: Other seeds give other photos.
    """
    rng = np.random.default_rng(seed)
    looks = 3.0 * rng.normal(size=(2 + kinds, LENGTH))
    labels = np.repeat(np.arange(3), count)
    look = np.where(labels < 2, labels, 2 + rng.integers(0, kinds, len(labels)))
    look = np.where((labels == 0) & (rng.random(len(labels)) < overlap), 1, look)
    return (looks[look] + rng.normal(size=(len(labels), LENGTH))).astype(np.float32), labels


def curve_of(features: FloatArray, labels: Labels) -> LearningCurve:
    found = [cross_validate([features], labels, [], 3, HEAD, EPOCHS, QUIET, share) for share in CURVE_SHARES]
    is_right = np.stack([part.probabilities.argmax(axis=1) == labels for part in found])
    return learning_curve(CURVE_SHARES, (1, 2, 4), is_right, labels, NAMES)


def test_class_of_many_kinds_gains_most_from_more_photos() -> None:
    curve = curve_of(*features_of(150, kinds=60, overlap=0.3))
    assert curve.advice is not None
    assert curve.advice.class_name == "skirt"
    skirt = curve.classes[2]
    assert skirt.right_counts[0] < skirt.right_counts[2]


def test_what_nobody_could_tell_apart_gains_nothing() -> None:
    assert curve_of(*features_of(150, kinds=1, overlap=0.3)).advice is None


def test_heads_of_a_smaller_share_see_a_part_of_the_same_photos_and_judge_all() -> None:
    features, labels = features_of(40, kinds=1, overlap=0.3)
    whole = cross_validate([features], labels, [], 3, HEAD, EPOCHS, QUIET)
    part = cross_validate([features], labels, [], 3, HEAD, EPOCHS, QUIET, 0.25)
    np.testing.assert_array_equal(whole.rows, part.rows)
    np.testing.assert_array_equal(whole.folds, part.folds)
    assert np.abs(whole.probabilities - part.probabilities).max() > 0.01


def test_share_that_leaves_less_than_a_photo_trains_on_one() -> None:
    features, labels = features_of(2, kinds=1, overlap=0.0)
    assert len(cross_validate([features], labels, [], 3, HEAD, EPOCHS, QUIET, 0.01).rows) == 6


# --- real files


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    folder = write_collection(tmp_path_factory.mktemp("unseen") / "photos", NAMES, 15, size=64)
    (folder / "boat" / "photo 003.jpg").rename(folder / "skirt" / "strayed.jpg")
    return scan(folder, QUIET)


@pytest.mark.parametrize("recipe", [QUICK, THOROUGH], ids=lambda recipe: recipe.name)
def test_photo_in_the_wrong_folder_comes_first(collection: Collection, recipe: Recipe) -> None:
    judged = jobs.perform(JudgeRequest(collection, recipe), QUIET)

    assert len(judged) == 45
    assert {judgement.judged_by for judgement in judged} == {JudgedBy.OUT_OF_FOLD}
    first = rank_doubts(judged)[0]
    assert (first.place, first.class_name, first.named) == ("skirt/strayed.jpg", "skirt", "boat")


def test_photo_that_cannot_be_read_is_reported_and_left_out(tmp_path: Path) -> None:
    found = scan(write_collection(tmp_path / "photos", 2, 5, size=64), QUIET)
    gone = next(found.photos()).path
    gone.unlink()
    listener = Listener()
    assert len(judge_unseen(found, QUICK, listener.context)) == 9
    assert [photo.path for event in listener.of(PhotosUnreadable) for photo in event.photos] == [gone]


def test_curve_is_stored_with_the_run(collection: Collection, tmp_path: Path) -> None:
    curve = jobs.perform(LearningCurveRequest(collection, QUICK, 10, tmp_path), QUIET)
    assert curve is not None
    assert (curve.shares, curve.photo_count) == (CURVE_SHARES, 45)
    assert curve.training_counts == (9, 18, 36)
    assert read_learning_curve(tmp_path / LEARNING_CURVE) == curve


def test_recipe_without_a_pretrained_backbone_has_no_curve(collection: Collection) -> None:
    assert measure_learning_curve(collection, BUILT_IN["small-cnn"], 1, QUIET) is None


def test_stop_ends_it_and_stores_nothing(collection: Collection, tmp_path: Path) -> None:
    listener = Listener()
    listener.is_stopped = True
    with pytest.raises(Cancelled):
        jobs.perform(LearningCurveRequest(collection, QUICK, 10, tmp_path), listener.context)
    assert list(tmp_path.iterdir()) == []


# --- collections that are hard to learn from


def test_classes_of_two_photos_are_judged(tmp_path: Path) -> None:
    found = scan(write_collection(tmp_path / "photos", 2, 2, size=64), QUIET)
    assert len(judge_unseen(found, QUICK, QUIET)) == 4
    curve = measure_learning_curve(found, QUICK, 5, QUIET)
    assert curve is None or curve.photo_count == 4


def test_classes_of_one_photo_cannot_be_compared(tmp_path: Path) -> None:
    found = scan(write_collection(tmp_path / "photos", 2, 1, size=64), QUIET)
    with pytest.raises(CollectionError, match="Too few photos"):
        judge_unseen(found, QUICK, QUIET)
    assert measure_learning_curve(found, QUICK, 5, QUIET) is None


def test_photos_that_are_all_alike_are_judged_by_chance(tmp_path: Path) -> None:
    for name in ("left", "right"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(6):
            # The same picture in files that differ.
            Image.new("RGB", (64, 64), "grey").save(
                tmp_path / "photos" / name / f"{number}.png", compress_level=number + 1
            )
    found = scan(tmp_path / "photos", QUIET)
    judged = judge_unseen(replace(found, groups=()), QUICK, QUIET)
    assert all(judgement.probability == pytest.approx(0.5, abs=0.2) for judgement in judged)
