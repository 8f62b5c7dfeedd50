"""A trained model tells pictures of something else by their distance, from the photos to the prediction."""

from pathlib import Path

import pytest

from tests.learning.listening import QUIET, Listener
from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.trainings import train
from tests.pictures import write_collection
from tlgui.learning.inference.predict import predict
from tlgui.learning.model_file.archive import VECTORS, opened
from tlgui.learning.model_file.prediction_model import load_prediction_model
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import ModelSummary, PhotosPredicted
from tlgui.learning.trust import Verdict, verdict
from tlgui.photos.samples import draw_sample_photos
from tlgui.photos.scanning.scan import scan

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelSummary:
    folder = tmp_path_factory.mktemp("unlike")
    draw_sample_photos(folder / "photos", photos_per_class=40)
    return train(scan(folder / "photos", QUIET), QUICK, folder / "model.tlmodel")


def _verdicts(summary: ModelSummary, folder: Path) -> list[Verdict]:
    loaded, listener = load_prediction_model(summary.path), Listener()
    assert loaded is not None
    predict(loaded, [folder], 1, listener.context)
    told = [each for event in listener.of(PhotosPredicted) for each in event.predictions]
    assert all(each.distance is not None and 0 <= each.distance <= 2 for each in told)
    return [
        verdict(each.scores[0].class_name, each.scores[0].probability, each.distance, loaded.summary.trust, ())
        for each in told
    ]


def test_training_keeps_its_photos_and_a_limit(model: ModelSummary) -> None:
    assert model.trust is not None
    limit = model.trust.novelty
    assert limit is not None
    assert limit.length == 1280
    assert limit.vector_count == model.photo_count
    assert limit.held_back_share <= 0.05
    with opened(model.path) as file:
        assert file.archive.getinfo(VECTORS).file_size == 1280 * 2 * limit.vector_count
        vectors = file.archive.getinfo(VECTORS).file_size
    assert model.path.stat().st_size < 1.6 * (model.path.stat().st_size - vectors)


def test_pictures_of_something_else_are_unlike_and_others_are_not(model: ModelSummary, tmp_path: Path) -> None:
    draw_sample_photos(tmp_path / "more", photos_per_class=12, seed=1000)
    foreign = _verdicts(model, write_collection(tmp_path / "foreign", classes=4, photos=9))
    own = _verdicts(model, tmp_path / "more")

    assert foreign.count(Verdict.UNLIKE) >= 0.98 * len(foreign)
    assert own.count(Verdict.UNLIKE) <= 0.2 * len(own)
