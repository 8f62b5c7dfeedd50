"""The command line's manners: usage, exit codes, recipes, and which parts of the program it keeps away from."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tlgui import __version__, headless
from tlgui.cli import main
from tlgui.errors import SettingError
from tlgui.learning.built_in import BALANCED, QUICK
from tlgui.learning.recipe import recipe_text
from tlgui.photos.collection import Collection, Part, Photo, PhotoClass


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["--version"])

    assert raised.value.code == 0
    assert capsys.readouterr().out == f"tlgui {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["unknown"],
        ["train"],
        ["train", "folder"],
        ["train", "folder", "--out", "model.zip"],
        ["train", "folder", "--out", "a.tlmodel", "--set", "epochs"],
        ["train", "folder", "--out", "a.tlmodel", "--set", "=5"],
        ["evaluate", "a.tlmodel", "folder", "--part", "some"],
        ["predict", "a.tlmodel"],
        ["predict", "a.tlmodel", "a.jpg", "--top", "0"],
        ["export", "a.tlmodel", "--format", "pdf", "--out", "a.pdf"],
        ["--jsno"],
        ["info", "a.tlmodel", "--js"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["info", "missing.tlmodel"],
        ["evaluate", "missing.tlmodel", "."],
        ["predict", "missing.tlmodel", "a.jpg"],
        ["export", "missing.tlmodel", "--format", "onnx", "--out", "a.onnx"],
        ["train", "missing", "--out", "a.tlmodel"],
    ],
)
def test_what_is_missing_is_named_without_loading_tensorflow(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *arguments)

    assert (code, out) == (1, "")
    assert "missing" in err
    assert "\nhint: " in err
    assert "Traceback" not in err
    assert "TensorFlow" not in err


def test_file_that_is_not_a_model_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "holiday.tlmodel"
    path.write_text("not a model", encoding="utf-8")

    code, _, err = run(capsys, "info", str(path), "--json")

    assert code == 1
    assert err.startswith("error: ")
    assert "holiday.tlmodel" in err


def test_missing_folder_for_the_model_is_told_before_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "train", str(tmp_path), "--out", str(tmp_path / "gone" / "a.tlmodel"))

    assert code == 1
    assert str(tmp_path / "gone") in err


def test_sample_photos_are_drawn_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "sample-photos", str(tmp_path / "my samples"), "--json")

    assert code == 0
    assert json.loads(out) == {"folder": str(tmp_path / "my samples"), "classes": ["boats", "flowers", "trees"]}
    assert sorted(path.name for path in (tmp_path / "my samples").iterdir()) == ["boats", "flowers", "trees"]


def test_sample_photos_never_go_among_other_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    code, _, err = run(capsys, "sample-photos", str(tmp_path))

    assert code == 1
    assert "error: " in err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_recipe_is_found_by_name_and_changed_by_settings() -> None:
    recipe = headless.chosen_recipe("Balanced", [("head.dense_units", "128"), ("epochs", "5")])

    assert (recipe.name, recipe.head.dense_units, recipe.epochs) == ("Balanced", 128, 5)
    assert recipe.head.dropout == BALANCED.head.dropout


def test_recipe_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(recipe_text(QUICK.with_value("epochs", "7")), encoding="utf-8")

    assert headless.chosen_recipe(str(path), []).epochs == 7


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("quik", [], "quik"),
        ("quick", [("head.sense_units", "1")], "head.sense_units"),
        ("quick", [("epochs", "many")], "epochs"),
        ("quick", [("epochs", "0")], "from 1 to"),
    ],
)
def test_recipe_that_is_wrong_is_told(name: str, settings: list[tuple[str, str]], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        headless.chosen_recipe(name, settings)


def collection(*parts: Part | None) -> Collection:
    photos = tuple(Photo(Path(f"{number}.jpg"), "boats", part) for number, part in enumerate(parts))
    return Collection(Path(), (PhotoClass("boats", photos),))


@pytest.mark.parametrize(
    ("wish", "parts", "expected"),
    [
        (None, (None, None), None),
        (None, (Part.TRAINING, Part.VALIDATION, Part.TEST), Part.TEST),
        (None, (Part.TRAINING, Part.VALIDATION), Part.VALIDATION),
        ("all", (Part.TRAINING, Part.TEST), None),
        ("training", (Part.TRAINING, Part.TEST), Part.TRAINING),
        ("validation", (None,), Part.VALIDATION),
    ],
)
def test_evaluation_keeps_to_photos_the_model_did_not_learn_from(
    wish: str | None, parts: tuple[Part | None, ...], expected: Part | None
) -> None:
    assert headless.evaluated_part(wish, collection(*parts)) is expected


def test_commands_keep_qt_and_tensorflow_away_until_they_are_needed(tmp_path: Path) -> None:
    code = f"""
import sys
from tlgui.cli import main
assert main(["sample-photos", {str(tmp_path / "samples")!r}]) == 0
assert main(["info", "missing.tlmodel"]) == 1
print([name for name in sys.modules if name.split(".")[0] in ("PySide6", "matplotlib", "tensorflow", "keras")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_module_runs_as_the_command_does() -> None:
    done = subprocess.run([sys.executable, "-m", "tlgui", "--version"], capture_output=True, text=True, check=True)

    assert done.stdout == f"tlgui {__version__}\n"


def test_missing_qt_is_told_and_names_the_other_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # None in sys.modules makes Python refuse the import, as a missing system library does.
    monkeypatch.setitem(sys.modules, "PySide6.QtCore", None)
    monkeypatch.delitem(sys.modules, "tlgui.app", raising=False)
    monkeypatch.delattr("tlgui.app", raising=False)

    code, out, err = run(capsys)

    assert (code, out) == (1, "")
    assert err.startswith("error: The window cannot be opened")
    assert "tlgui --help" in err
