"""The headless commands say how far answers can be trusted, and which photos are probably in the wrong folder."""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.learning.models import CLASS_NAMES, KERAS_SAVE_WARNING, SIZE, write_model_with_vectors, write_small_model
from tests.pictures import write_collection
from tlgui import files
from tlgui.cli.main import main
from tlgui.learning.trust import WRONG_AT_MOST
from tlgui.photos.storage.choices import Choices

pytestmark = [
    pytest.mark.filterwarnings(KERAS_SAVE_WARNING),
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows pictures of noise, and is not sure of any."""
    return write_model_with_vectors(tmp_path_factory.mktemp("model") / "noise.tlmodel")


@pytest.fixture(scope="module")
def earlier_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as earlier versions wrote them."""
    return write_small_model(tmp_path_factory.mktemp("model") / "earlier.tlmodel")


def _write_noise(path: Path, seed: int) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def _write_plain(path: Path) -> Path:
    Image.new("RGB", (SIZE, SIZE), (250, 0, 250)).save(path)
    return path


def _result_of(capfd: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    result = json.loads(capfd.readouterr().out)
    assert isinstance(result, dict)
    return result


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_prediction_says_not_sure_and_unlike_in_words_table_and_json(
    model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    noise, plain = _write_noise(tmp_path / "noise.png", 77), _write_plain(tmp_path / "plain.png")
    (tmp_path / "notes.png").write_text("not a photo", encoding="utf-8")
    table = tmp_path / "table.csv"

    arguments = ["predict", str(model), str(noise), str(plain), str(tmp_path / "notes.png"), "--csv", str(table)]
    assert main(arguments) == 0
    first, second, third = capfd.readouterr().out.splitlines()
    result = _result_of(capfd, *arguments, "--wrong-at-most", "0.02")

    assert first.endswith(" (not sure)")
    assert second.endswith(" (unlike anything it learned)")
    assert "notes.png" in third
    assert [item["answer"] for item in result["predictions"]] == ["not sure", "unlike", None]
    assert (result["wrong_at_most"], result["threshold"]) == (0.02, 0.52)
    assert list(result)[:4] == ["predictions", "photo_count", "error_count", "seconds"]
    assert [(row["answer"], bool(row["distance"])) for row in _rows(table)] == [
        ("not sure", True),
        ("unlike", True),
        ("", False),
    ]
    assert {"problem", "answer", "distance"} <= set(_rows(table)[0])


def test_model_of_an_earlier_version_names_as_before_and_says_what_a_training_adds(
    earlier_model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plain = _write_plain(tmp_path / "plain.png")

    assert main(["predict", str(earlier_model), str(plain)]) == 0
    out, err = capfd.readouterr()

    assert "not sure" not in out
    assert "unlike" not in out
    assert "A new training" in err


def test_promise_that_cannot_be_given_names_every_photo_and_says_so(
    model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    noise = _write_noise(tmp_path / "noise.png", 77)

    assert main(["predict", str(model), str(noise), "--wrong-at-most", "0.01"]) == 0
    out, err = capfd.readouterr()

    assert "not sure" not in out
    assert "to promise 1 in 100" in err


def test_evaluation_measures_percentages_promises_and_what_is_unlike(
    model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for number, name in enumerate(CLASS_NAMES):
        (tmp_path / "photos" / name).mkdir(parents=True)
        _write_plain(tmp_path / "photos" / name / "plain.png")
        for photo in range(3):
            _write_noise(tmp_path / "photos" / name / f"{photo}.png", 1000 + 10 * number + photo)

    result = _result_of(capfd, "evaluate", str(model), str(tmp_path / "photos"))
    assert main(["evaluate", str(model), str(tmp_path / "photos")]) == 0
    out = capfd.readouterr().out

    evaluation = result["evaluation"]
    assert next(iter(evaluation)) == "part"
    assert list(evaluation)[-1] == "trust"
    trust = evaluation["trust"]
    # All photos of the folder were used, and no part that was kept apart.
    assert trust["may_have_learned"] is True
    assert "on average (it may have learned from some of these photos)." in out
    assert trust["unlike_share"] >= 0.25
    assert 0 < trust["calibration_error"] < 1
    assert [promise["wrong_at_most"] for promise in trust["promises"]] == list(WRONG_AT_MOST)
    assert [promise["threshold"] for promise in trust["promises"]] == [0.6, 0.55, 0.52, None]
    assert [promise["named_share"] for promise in trust["promises"]][:3] == [0.0, 0.0, 0.0]
    assert "Held back as unlike anything it learned" in out
    assert "Wrong at most 1 in 100: nothing can be promised" in out


def test_evaluation_of_an_earlier_model_says_what_it_cannot_tell(
    earlier_model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    photos = write_collection(tmp_path / "photos", CLASS_NAMES, 2, size=SIZE)

    assert main(["evaluate", str(earlier_model), str(photos)]) == 0
    out, err = capfd.readouterr()

    assert "beside the truth on average" in out
    assert "Wrong at most" not in out
    assert "A new training" in err


@pytest.fixture(scope="module")
def strayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_collection(tmp_path_factory.mktemp("strayed") / "photos", ("boats", "trees"), 12, size=64)
    (folder / "boats" / "photo 003.jpg").rename(folder / "trees" / "strayed.jpg")
    return folder


@pytest.mark.parametrize("with_model", [False, True])
def test_doubts_rank_the_photo_in_the_wrong_folder_first(
    strayed: Path, model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], *, with_model: bool
) -> None:
    table = tmp_path / "look.csv"
    options = ["--model", str(model)] if with_model else []

    result = _result_of(capfd, "doubts", str(strayed), "--csv", str(table), *options)
    assert main(["doubts", str(strayed), *options]) == 0
    said = capfd.readouterr().out.splitlines()

    first = result["doubts"][0]
    assert (first["path"], first["class_name"], first["named"]) == (
        str(strayed / "trees" / "strayed.jpg"),
        "trees",
        "boats",
    )
    assert (result["photo_count"], result["recipe"]) == (24, "Quick")
    assert _rows(table)[0]["photo"] == "trees/strayed.jpg"
    assert said[1].startswith("trees/strayed.jpg: looks like boats")


def test_photo_that_was_called_right_never_comes_back(strayed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    photo = strayed / "trees" / "strayed.jpg"
    choices = Choices(files.workspace_path(strayed), strayed)
    choices.confirm([hashlib.sha256(photo.read_bytes()).hexdigest()])

    result = _result_of(capfd, "doubts", str(strayed))

    assert str(photo) not in {doubt["path"] for doubt in result["doubts"]}
    choices.take_back(choices.confirmed())


def test_doubts_need_two_classes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    photos = write_collection(tmp_path / "photos", 1, 4)

    assert main(["doubts", str(photos)]) == 1

    assert "error: There is only one class" in capfd.readouterr().err
