"""Every odd file is a photo to a check, a training and a prediction, or to none of them, and for the same reason."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.learning.listening import QUIET, Listener
from tests.learning.models import KERAS_SAVE_WARNING, colour_model
from tests.learning.trainings import train
from tests.odd_pictures import ODD_FILES, OddFile, write_all
from tests.pictures import write_collection
from tlgui.learning.inference.predict import predict
from tlgui.learning.recipes.recipe import NO_WEIGHTS, SMALL_CNN, Recipe
from tlgui.learning.results import PhotosPredicted, PhotosUnreadable
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import scan, survey

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

_RECIPE = replace(Recipe(), backbone=SMALL_CNN, weights=NO_WEIGHTS, input_size=32, epochs=1, batch_size=8)


@dataclass(frozen=True)
class Said:
    """What each part of the program says of the files in one folder.

    Args:
        checked: Why a check leaves a file out; empty where it uses it.
        trained: Why a training does.
        predicted_alone: Why the prediction of a file alone fails.
        predicted_in_folder: Why that of its folder fails for it; a file that is not there is no photo.
    """

    checked: Mapping[str, str]
    trained: Mapping[str, str]
    predicted_alone: Mapping[str, str]
    predicted_in_folder: Mapping[str, str]


def predicted(paths: list[Path]) -> dict[str, str]:
    listener = Listener()
    predict(colour_model(), paths, 1, listener.context)
    return {item.path.name: item.error for event in listener.of(PhotosPredicted) for item in event.predictions}


def trained(folder: Path, model: Path) -> dict[str, str]:
    listener = Listener()
    collection = scan(folder, QUIET)
    train(collection, _RECIPE, model, listener.context)
    reasons = dict.fromkeys((photo.path.name for photo in collection.photos()), "")
    reasons |= {problem.path.name: problem.reason for problem in collection.problems}
    unreadable = [photo for event in listener.of(PhotosUnreadable) for photo in event.photos]
    return reasons | {photo.path.name: photo.reason for photo in unreadable}


def checked(folder: Path) -> dict[str, str]:
    collection = look_closer(survey(folder, QUIET), QUIET).collection
    reasons = dict.fromkeys((photo.path.name for photo in collection.photos()), "")
    return reasons | {problem.path.name: problem.reason for problem in collection.problems}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    folder = write_collection(tmp_path_factory.mktemp("odd") / "photos", ["plain", "odd"], 12)
    paths = write_all(folder / "odd")
    training = trained(folder, folder.parent / "odd.tlmodel")
    return Said(checked(folder), training, predicted(list(paths.values())), predicted([folder / "odd"]))


@pytest.mark.parametrize("file", ODD_FILES, ids=lambda file: file.name)
def test_check_training_and_prediction_agree_on_every_file(said: Said, file: OddFile) -> None:
    alone = said.predicted_alone[file.name]
    reasons = [said.checked[file.name], said.trained[file.name]]

    assert [reason == "" for reason in reasons] == [file.problem is None] * 2, reasons
    assert (alone == "") is (file.problem is None), alone
    if file.name in said.predicted_in_folder:
        assert said.predicted_in_folder[file.name] == alone
    else:
        assert file.name == "notes.txt"
    if file.name != "notes.txt":
        assert reasons[0] == reasons[1]
        assert reasons[0] in alone
