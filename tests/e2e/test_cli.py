"""The headless commands from end to end: the real engine code, the embedded backbone, photos drawn for the test."""

import csv
import dataclasses
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.pictures import write_crashing_heic, write_jpeg
from tlgui.cli.main import main
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import recipe_text
from tlgui.photos.samples import draw_sample_photos

# Keras hands NumPy 2.4 its variables in a way that NumPy is about to drop; nothing of ours can change that.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

FAST = ("--recipe", "quick", "--set", "epochs=5", "--set", "head.dense_units=16")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos") / "my samples"
    draw_sample_photos(folder, photos_per_class=12, size=96)
    return folder


@pytest.fixture(scope="module")
def trained(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> "subprocess.CompletedProcess[str]":
    out = tmp_path_factory.mktemp("models") / "samples.tlmodel"
    return tlgui("train", str(photos), "--out", str(out), *FAST, "--json")


@pytest.fixture(scope="module")
def model(trained: "subprocess.CompletedProcess[str]") -> str:
    return str(json.loads(trained.stdout)["model"]["path"])


def tlgui(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "tlgui", *arguments], capture_output=True, text=True, check=False)


def result_of(capfd: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    result = json.loads(capfd.readouterr().out)
    assert isinstance(result, dict)
    return result


def test_training_prints_one_object_and_its_progress_apart(
    trained: "subprocess.CompletedProcess[str]", photos: Path
) -> None:
    assert trained.returncode == 0
    result = json.loads(trained.stdout)["model"]
    assert trained.stdout.count("\n") == 1
    assert result["class_names"] == ["boats", "flowers", "trees"]
    assert result["recipe"]["head"]["dense_units"] == 16
    # The headline is of all photos, each judged by a head that was trained without it.
    assert result["evaluation"]["photo_count"] == sum(1 for _ in photos.glob("*/*.jpg")) > result["photo_count"]
    assert Path(result["path"]).is_file()
    assert "Epoch 1 of 5" in trained.stderr


def test_nobody_else_writes_to_standard_error(trained: "subprocess.CompletedProcess[str]") -> None:
    ours = ("Loading", "Getting ready", "Reading the folder", "Looking at", "Training", "Epoch", "Checking", "Saving")

    assert [line for line in trained.stderr.splitlines() if not line.startswith(ours)] == []


def test_recipes_are_compared_and_one_without_weights_ends_no_other(
    photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "absent.json"
    absent = dataclasses.replace(QUICK, name="Absent", backbone="vgg16", weights=str(tmp_path / "gone.h5"))
    recipe.write_text(recipe_text(absent), encoding="utf-8")
    recipes = ("--recipe", str(recipe), "--recipe", "quick")

    assert main(["compare", str(photos), *recipes, "--set", "epochs=2", "--seeds", "2"]) == 0

    out, err = capfd.readouterr()
    header, first, second = out.splitlines()
    assert header.split() == ["recipe", "accuracy", "lowest", "to", "highest", "balanced", "seconds"]
    assert first.startswith("Absent")
    assert "gone.h5" in first
    assert second.split()[0] == "Quick"
    assert "2 of 2: Quick, seed 2: Training" in err
    assert "Epoch" not in err


def test_info_says_what_training_said(
    model: str, trained: "subprocess.CompletedProcess[str]", capfd: pytest.CaptureFixture[str]
) -> None:
    assert result_of(capfd, "info", model)["model"] == json.loads(trained.stdout)["model"]


def test_info_in_words_names_classes_and_accuracy(model: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["info", model]) == 0

    out = capfd.readouterr().out
    assert "3: boats, flowers, trees" in out
    # So few photos may promise no more than the largest class does.
    assert re.search(r"^Accuracy +\S.* \(\d+\.\d %, between \d+ and \d+\)", out, re.MULTILINE)


@pytest.mark.parametrize(("part", "count"), [("all", 36), ("training", 30), ("validation", 6)])
def test_evaluation_keeps_to_its_part(
    model: str, photos: Path, capfd: pytest.CaptureFixture[str], part: str, count: int
) -> None:
    result = result_of(capfd, "evaluate", model, str(photos), "--part", part)["evaluation"]

    assert result["photo_count"] == count
    assert sum(map(sum, result["confusion"])) == count


def test_evaluation_uses_a_folders_own_test_photos(
    model: str, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for part, numbers in (("train", range(6)), ("test", range(6, 8))):
        for class_folder in sorted(photos.iterdir()):
            folder = tmp_path / part / class_folder.name
            folder.mkdir(parents=True)
            files = sorted(class_folder.iterdir())
            for number in numbers:
                (folder / files[number].name).symlink_to(files[number])

    result = result_of(capfd, "evaluate", model, str(tmp_path))["evaluation"]

    assert (result["part"], result["photo_count"]) == ("test", 6)


def test_evaluation_in_words_says_how_often_it_is_right(
    model: str, photos: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", model, str(photos)]) == 0

    out, err = capfd.readouterr()
    assert out.splitlines()[0].endswith("on 36 photos")
    assert "All photos of the folder were used" in err


def test_prediction_names_photos_writes_a_table_and_goes_on_after_a_bad_file(
    model: str, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "notes.jpg"
    bad.write_text("not a photo", encoding="utf-8")
    table = tmp_path / "table.csv"
    good = sorted(photos.glob("*/*.jpg"))[0]

    result = result_of(capfd, "predict", model, str(bad), str(good), "--top", "2", "--csv", str(table))

    assert [item["path"] for item in result["predictions"]] == [str(bad), str(good)]
    assert "notes.jpg" in result["predictions"][0]["error"]
    assert len(result["predictions"][1]["scores"]) == 2
    assert (result["photo_count"], result["error_count"]) == (1, 1)
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["photo"] for row in rows] == [str(bad), str(good)]


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such modes, and links need a right")
def test_table_that_is_replaced_stays_where_and_for_whom_it_was(
    model: str, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    real, link = tmp_path / "private" / "table.csv", tmp_path / "link.csv"
    real.parent.mkdir()
    real.write_text("old\n", encoding="utf-8")
    real.chmod(0o600)
    link.symlink_to(real)
    photo = sorted(photos.glob("*/*.jpg"))[0]

    result_of(capfd, "predict", model, str(photo), "--csv", str(link))

    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert str(photo) in real.read_text(encoding="utf-8-sig")
    assert sorted(tmp_path.iterdir()) == [link, real.parent]
    assert list(real.parent.iterdir()) == [real]


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="every name is text there")
def test_classes_in_another_encoding_stay_apart_to_the_end(
    photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    names = [os.fsdecode(name) for name in (b"cl\xe8ss", b"cl\xe9ss", b"cl\x1b[31m")]
    shown = [r"cl\xe8ss", r"cl\xe9ss", r"cl\x1b[31m"]
    folder, model, table = tmp_path / "photos", str(tmp_path / "m.tlmodel"), tmp_path / "t.csv"
    for name, source in zip(names, sorted(path for path in photos.iterdir() if path.is_dir()), strict=True):
        shutil.copytree(source, folder / name)

    trained = result_of(capfd, "train", str(folder), "--out", model, *FAST)["model"]
    predicted = result_of(capfd, "predict", model, str(folder), "--csv", str(table))["predictions"]
    assert main(["evaluate", model, str(folder)]) == 0

    said = capfd.readouterr()
    assert sorted(trained["class_names"]) == sorted(shown)
    assert {Path(item["path"]).parent.name for item in predicted} == set(names)
    assert {score["class_name"] for item in predicted for score in item["scores"]} == set(shown)
    with table.open(encoding="utf-8-sig", newline="") as stream:
        assert {Path(row["photo"]).parent.name for row in csv.DictReader(stream)} == {*shown[:2], names[2]}
    assert all(f"\n{name} " in said.out for name in shown)
    assert "\x1b" not in said.out + said.err


def test_sort_by_copy_and_by_move_is_taken_back_after_a_restart(
    model: str, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mixed, into = tmp_path / "mixed", tmp_path / "sorted"
    mixed.mkdir()
    for path in photos.glob("*/*.jpg"):
        shutil.copy2(path, mixed / f"{path.parent.name} {path.name}")
    (mixed / "notes.jpg").write_text("not a photo", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in mixed.iterdir()}

    for act in ([], ["--move"]):
        result = result_of(capfd, "sort", model, str(mixed), "--into", str(into), "--wrong-at-most", "1", *act)
        assert result["photo_count"] == len(before) - 1
        assert {item["place"] for item in result["folders"]} <= {
            "unlike anything",
            *(path.name for path in photos.iterdir()),
        }
        assert {path.name: path.read_bytes() for path in into.glob("*/*.jpg")} == {
            name: data for name, data in before.items() if name != "notes.jpg"
        }
        undone = json.loads(tlgui("undo", "--json").stdout)
        assert (undone["file_count"], undone["problems"]) == (len(before) - 1, [])
        assert {path.name: path.read_bytes() for path in mixed.iterdir()} == before
        assert not into.exists()


def test_prediction_without_one_good_photo_fails(model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "notes.jpg"
    bad.write_text("not a photo", encoding="utf-8")

    assert main(["predict", model, str(bad)]) == 1

    out, err = capfd.readouterr()
    assert "notes.jpg" in out
    assert "error: The file could not be named." in err


def test_export_is_compared_on_the_photos_given(
    model: str, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "samples.keras"

    result = result_of(capfd, "export", model, "--format", "keras", "--out", str(target), "--photos", str(photos))[
        "export"
    ]

    assert target.is_file()
    assert result["compared_count"] >= 16
    assert not result["used_drawn_pictures"]


def test_missing_place_for_an_export_is_told(model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = main(["export", model, "--format", "keras", "--out", str(tmp_path / "gone" / "a.keras")])

    assert code == 1
    assert "error: " in capfd.readouterr().err


def test_photo_that_crashes_its_library_is_named_and_the_work_goes_on(model: str, photos: Path, tmp_path: Path) -> None:
    folder = tmp_path / "with a crash"
    shutil.copytree(photos, folder)
    bad = write_crashing_heic(folder / "boats" / "bad.heic")

    for command in (
        ["check", str(folder)],
        ["train", str(folder), "--out", str(tmp_path / "a.tlmodel"), *FAST],
        ["predict", model, str(bad), str(write_jpeg(tmp_path / "good.jpg"))],
    ):
        done = tlgui(*command, "--json")

        assert done.returncode == 0, done.stderr
        assert "bad.heic" in done.stdout
        assert "Fatal" not in done.stderr


def test_interrupt_in_mid_training_keeps_the_best_epoch(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.tlmodel"
    arguments = [
        "train",
        str(photos),
        "--out",
        str(out),
        "--set",
        "epochs=10000",
        "--set",
        "early_stopping.enabled=false",
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "tlgui", *arguments, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith("Epoch"):
                os.kill(child.pid, signal.SIGINT)
                break
        # Both streams are read to their end, so that neither fills up.
        child.stderr.read()
        result = json.loads(child.stdout.read())["model"]

    assert child.returncode == 0
    assert result["stop_reason"] == "stopped"
    assert 1 <= len(result["history"]) < 10_000
    assert out.is_file()
