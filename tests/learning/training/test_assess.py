"""What a training says of its model: from the cleanest photos, with true percentages, and photo by photo."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from tests.learning.listening import QUIET, stopping_at
from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.trainings import CACHED, FINE_TUNED
from tests.pictures import write_collection, write_jpeg
from tlgui.errors import StorageError
from tlgui.learning.arrays import FloatArray
from tlgui.learning.assessment.calibration import calibrated
from tlgui.learning.inference.evaluate import evaluate
from tlgui.learning.model_file.tlmodel import load_model
from tlgui.learning.recipes.recipe import (
    EVERY_EPOCH,
    FROM_START,
    Augmentation,
    EarlyStopping,
    FineTuning,
    Head,
    Recipe,
    SplitSettings,
)
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.learning.runs.judgements import JUDGEMENTS, read_judgements
from tlgui.learning.training import assess, judging
from tlgui.learning.training.train import Trained, train_network
from tlgui.learning.trust import WRONG_AT_MOST, JudgedBy, PhotoJudgement
from tlgui.photos.collection import Collection, Part
from tlgui.photos.scanning.scan import scan
from tlgui.progress import EpochEnded, Progress, Stage

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

LINEAR = replace(CACHED, head=Head(), epochs=4)
WITH_TEST = replace(LINEAR, split=SplitSettings(test=0.2))


@dataclass(frozen=True)
class _Tuned:
    collection: Collection
    trained: Trained


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return scan(write_collection(tmp_path_factory.mktemp("assess") / "photos", classes=3, photos=10), QUIET)


@pytest.fixture(scope="module")
def tuned(shared: Collection, tmp_path_factory: pytest.TempPathFactory) -> _Tuned:
    path = tmp_path_factory.mktemp("tuned") / "model.tlmodel"
    return _Tuned(shared, train_network(shared, FINE_TUNED, path, QUIET))


def evaluations(summary: ModelSummary) -> list[tuple[Part | None, bool, int]]:
    """Return part, kind and number of photos of each evaluation, the headline first."""
    return [(each.part, each.is_out_of_fold, each.photo_count) for each in summary.evaluations]


def kinds(trained: Trained) -> Counter[JudgedBy]:
    return Counter(judgement.judged_by for judgement in trained.judgements)


def test_headline_is_of_all_photos_out_of_fold(shared: Collection, tmp_path: Path) -> None:
    trained = train_network(shared, LINEAR, tmp_path / "model.tlmodel", QUIET)

    summary = trained.summary
    assert evaluations(summary) == [(None, True, 30), (Part.VALIDATION, False, 6)]
    assert summary.trust is not None
    assert (summary.trust.is_out_of_fold, summary.trust.photo_count) == (True, 30)
    assert [promise.wrong_at_most for promise in summary.trust.promises] == list(WRONG_AT_MOST)
    assert sum(each.photo_count for each in summary.trust.reliability.bins) == 30


def test_test_photos_are_judged_once_and_are_the_headline(shared: Collection, tmp_path: Path) -> None:
    trained = train_network(shared, WITH_TEST, tmp_path / "model.tlmodel", QUIET).save(tmp_path / "m.tlmodel", QUIET)

    assert evaluations(trained.summary) == [(Part.TEST, False, 6), (None, True, 24), (Part.VALIDATION, False, 6)]
    assert trained.summary.trust is not None
    assert trained.summary.trust.photo_count == 24
    again = evaluate(load_model(tmp_path / "m.tlmodel"), shared, Part.TEST, QUIET)
    assert trained.summary.evaluation is not None
    assert again.confusion == trained.summary.evaluation.confusion
    assert again.loss == pytest.approx(trained.summary.evaluation.loss, abs=1e-4)


def test_own_test_folder_is_judged(tmp_path: Path) -> None:
    for part, count in (("train", 8), ("test", 3)):
        write_collection(tmp_path / "photos" / part, classes=2, photos=count)
    collection = scan(tmp_path / "photos", QUIET)

    trained = train_network(collection, LINEAR, tmp_path / "model.tlmodel", QUIET)

    assert evaluations(trained.summary)[0] == (Part.TEST, False, 6)
    places = {judgement.place for judgement in _of_part(trained.judgements, JudgedBy.TEST)}
    assert len(places) == 6
    assert all(place.startswith("test/") for place in places)


def _of_part(judgements: Sequence[PhotoJudgement], part: JudgedBy) -> list[PhotoJudgement]:
    return [judgement for judgement in judgements if judgement.judged_by is part]


def test_every_photo_has_its_judgement_by_place_and_digest(shared: Collection, tmp_path: Path) -> None:
    run_folder = tmp_path / "run"
    run_folder.mkdir()
    path = tmp_path / "model.tlmodel"

    trained = train_network(shared, WITH_TEST, path, QUIET, run_folder=run_folder).save(path, QUIET)

    judgements = read_judgements(run_folder / JUDGEMENTS)
    assert [replace(each, probability=0, own_probability=0, mislabelled=0) for each in judgements] == [
        replace(each, probability=0, own_probability=0, mislabelled=0) for each in trained.judgements
    ]
    assert all(each.mislabelled is not None for each in judgements)
    assert kinds(trained) == {JudgedBy.TEST: 6, JudgedBy.OUT_OF_FOLD: 24, JudgedBy.VALIDATION: 6}
    for part in (JudgedBy.TEST, JudgedBy.OUT_OF_FOLD):
        judged = _of_part(judgements, part)
        assert len({each.place for each in judged}) == len(judged)
        assert all(each.place.startswith(f"{each.class_name}/") for each in judged)
        assert all(each.own_probability == each.probability for each in judged if each.is_right)
    evaluation = trained.summary.evaluation
    assert evaluation is not None
    assert sum(each.is_right for each in _of_part(judgements, JudgedBy.TEST)) == round(evaluation.accuracy * 6)


def test_fine_tuned_model_is_measured_on_validation_photos_and_all_are_ranked(tuned: _Tuned) -> None:
    summary = tuned.trained.summary
    assert evaluations(summary) == [(Part.VALIDATION, False, 6)]
    assert summary.trust is not None
    assert (summary.trust.is_out_of_fold, summary.trust.photo_count) == (False, 6)
    assert kinds(tuned.trained) == {JudgedBy.OUT_OF_FOLD: 30, JudgedBy.VALIDATION: 6}


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(replace(LINEAR, augmentation=Augmentation(when=EVERY_EPOCH)), id="photos of each epoch"),
        pytest.param(replace(LINEAR, fine_tuning=FineTuning(when=FROM_START)), id="from the start"),
    ],
)
def test_recipe_without_features_has_validation_photos_alone(
    recipe: Recipe, shared: Collection, tmp_path: Path
) -> None:
    trained = train_network(shared, replace(recipe, split=SplitSettings(test=0.2)), tmp_path / "model.tlmodel", QUIET)
    assert evaluations(trained.summary) == [(Part.TEST, False, 6), (Part.VALIDATION, False, 6)]
    assert kinds(trained) == {JudgedBy.TEST: 6, JudgedBy.VALIDATION: 6}


def test_head_of_copies_alone_is_measured_on_validation_photos(shared: Collection, tmp_path: Path) -> None:
    copies = Augmentation(rotation=20, copies=2, keep_photo=False)
    trained = train_network(shared, replace(LINEAR, augmentation=copies), tmp_path / "model.tlmodel", QUIET)
    assert evaluations(trained.summary) == [(Part.VALIDATION, False, 6)]
    assert kinds(trained)[JudgedBy.OUT_OF_FOLD] == 30


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
@pytest.mark.parametrize("base", [LINEAR, FINE_TUNED], ids=["head", "fine-tuned"])
def test_temperature_is_part_of_every_form_of_the_model(
    base: Recipe, output: str, shared: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(base, head=Head(output=output))
    pixels = np.random.default_rng(1).uniform(0, 255, (4, 32, 32, 3)).astype(np.float32)

    def forms(temperature: float) -> list[FloatArray]:
        monkeypatch.setattr(assess, "fit_temperature", lambda *_: temperature)
        trained = train_network(shared, recipe, tmp_path / "model.tlmodel", QUIET)
        assert trained.summary.trust is not None
        assert trained.summary.trust.temperature == temperature
        trained = trained.save(tmp_path / "model.tlmodel", QUIET)
        loaded = load_model(tmp_path / "model.tlmodel")
        unsaved = trained.loaded().predict(pixels)
        return [np.asarray(trained.model(pixels)), np.asarray(loaded.model(pixels)), loaded.predict(pixels), unsaved]

    plain, sharp = forms(1.0), forms(0.25)

    for before, after in zip(plain, sharp, strict=True):
        np.testing.assert_allclose(after, calibrated(before, 0.25), atol=1e-4)
        assert np.abs(after - before).max() > 0.01


def test_evaluations_are_those_of_the_calibrated_model(
    shared: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def summary(temperature: float) -> ModelSummary:
        monkeypatch.setattr(assess, "fit_temperature", lambda *_: temperature)
        return train_network(shared, WITH_TEST, tmp_path / "model.tlmodel", QUIET).summary

    plain, flat = summary(1.0), summary(20.0)

    assert len(plain.evaluations) == 3
    for before, after in zip(plain.evaluations, flat.evaluations, strict=True):
        assert after.confusion == before.confusion
        # Nearly the same probability for each of three classes.
        assert after.loss == pytest.approx(np.log(3), abs=0.08)
        assert abs(before.loss - after.loss) > 0.01


def test_stopped_training_says_what_is_known_already(shared: Collection, tmp_path: Path) -> None:
    listener = stopping_at(lambda event: isinstance(event, EpochEnded) and event.epoch == 2)

    trained = train_network(shared, WITH_TEST, tmp_path / "model.tlmodel", listener.context)

    assert trained.summary.stop_reason is StopReason.STOPPED
    assert evaluations(trained.summary) == [(Part.VALIDATION, False, 6)]
    assert trained.summary.trust is not None
    assert not trained.summary.trust.is_out_of_fold


def test_stop_while_measuring_keeps_the_whole_training(shared: Collection, tmp_path: Path) -> None:
    listener = stopping_at(lambda event: isinstance(event, Progress) and event.stage is Stage.EVALUATING)

    trained = train_network(shared, WITH_TEST, tmp_path / "model.tlmodel", listener.context)

    assert trained.summary.stop_reason is StopReason.COMPLETED
    assert evaluations(trained.summary) == [(Part.VALIDATION, False, 6)]


def _two_classes(folder: Path) -> None:
    write_collection(folder, classes=2, photos=6)


def _class_of_two_photos(folder: Path) -> None:
    write_collection(folder, classes=2, photos=8)
    (folder / "rare").mkdir()
    for number in range(2):
        write_jpeg(folder / "rare" / f"{number}.jpg", colour=(250, 250, 10), seed=number)


def _many_and_few(folder: Path) -> None:
    write_collection(folder, classes=1, photos=60)
    (folder / "rare").mkdir()
    for number in range(3):
        write_jpeg(folder / "rare" / f"{number}.jpg", colour=(250, 250, 10), seed=number)


def _all_alike(folder: Path) -> None:
    for name in ("one", "other"):
        (folder / name).mkdir(parents=True)
        for number in range(6):
            write_jpeg(folder / name / f"{number}.jpg", colour=(90, 90, 90), seed=1)


@pytest.mark.parametrize("write", [_two_classes, _class_of_two_photos, _many_and_few, _all_alike])
@pytest.mark.parametrize("grouping", ["apart", "each class one group"])
def test_odd_collections_are_measured(write: Callable[[Path], None], grouping: str, tmp_path: Path) -> None:
    are_grouped = grouping == "each class one group"
    write(tmp_path / "photos")
    collection = scan(tmp_path / "photos", QUIET)
    if are_grouped:
        groups = (tuple(photo.path for photo in item.photos) for item in collection.classes)
        collection = replace(collection, groups=tuple(groups))

    trained = train_network(collection, LINEAR, tmp_path / "model.tlmodel", QUIET).save(tmp_path / "m.tlmodel", QUIET)

    summary = trained.summary
    assert summary.trust is not None
    assert 0.05 <= summary.trust.temperature <= 20
    assert 0 <= summary.trust.reliability.calibration_error <= 1
    assert evaluations(summary)[-1][0] is Part.VALIDATION
    # The photos of a group are in one fold, and no head without them knows the class.
    assert (JudgedBy.OUT_OF_FOLD in kinds(trained)) is not are_grouped


def test_keeping_the_last_epoch_is_measured_too(shared: Collection, tmp_path: Path) -> None:
    recipe = replace(LINEAR, early_stopping=EarlyStopping(enabled=False, keep_best=False))
    trained = train_network(shared, recipe, tmp_path / "model.tlmodel", QUIET)
    assert evaluations(trained.summary)[0] == (None, True, 30)


@pytest.mark.parametrize("error", [StorageError("The disk is full."), MemoryError()])
def test_no_room_to_judge_all_photos_costs_no_model(
    error: Exception,
    shared: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expect_log: Callable[[str], None],
) -> None:
    def refused(*_: object) -> None:
        raise error

    monkeypatch.setattr(judging, "cross_validate", refused)

    expect_log("a part of the photos could not be judged")

    trained = train_network(shared, LINEAR, tmp_path / "model.tlmodel", QUIET)

    assert evaluations(trained.summary) == [(Part.VALIDATION, False, 6)]
