"""The command line's manners: usage, exit codes, recipes, and which parts of the program it keeps away from."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evaluations import one_class_only
from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tlgui import __version__
from tlgui.cli import commands
from tlgui.cli.main import main
from tlgui.errors import Cancelled, WeightsError
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import load_recipe
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
        ["compare"],
        ["compare", "folder", "--seeds", "0"],
        ["check", "my", "birds"],
        ["check", "folder", "--classes"],
        ["compare", "folder", "--weights", "vgg16.h5"],
        ["recipes", "quick"],
        ["evaluate", "a.tlmodel", "folder", "--part", "some"],
        ["predict", "a.tlmodel"],
        ["predict", "a.tlmodel", "a.jpg", "--top", "0"],
        ["predict", "a.tlmodel", "a.jpg", "--wrong-at-most", "0.3"],
        ["predict", "a.tlmodel", "a.jpg", "--wrong-at-most", "often"],
        ["doubts"],
        ["doubts", "folder", "--csv", "table.docx"],
        ["export", "a.tlmodel", "--format", "pdf", "--out", "a.pdf"],
        ["--jsno"],
        ["info", "a.tlmodel", "--js"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    error, hint = err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")


def test_names_that_a_shell_made_of_a_star_are_not_all_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", *(f"photo {number}.jpg" for number in range(1000))])

    error, hint = capsys.readouterr().err.splitlines()
    assert error == "error: “photo 1.jpg”, “photo 2.jpg”, “photo 3.jpg” and 996 more arguments are not expected here."
    assert hint == "hint: A name with spaces needs quotes around it. “tlgui check --help” explains the rest."


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("predct", "Did you mean “tlgui predict”?"),
        ("my birds", "“tlgui check 'my birds'” looks at a folder."),
        ("gone", "“tlgui” alone opens the window."),
    ],
)
def test_word_that_is_no_command_gets_a_hint_that_helps(
    word: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my birds").mkdir()
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit):
        main([word])

    err = capsys.readouterr().err
    assert f"error: There is no command “{word}”." in err
    assert hint in err


@pytest.mark.parametrize("arguments", [["check", ""], ["info", ""], ["train", "", "--out", "a.tlmodel"]])
def test_empty_path_is_wrong_usage_and_not_the_current_folder(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 2
    assert "it is empty" in capsys.readouterr().err


def test_home_folder_is_known_where_the_shell_leaves_it(
    isolated_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    code, _, err = run(capsys, "train", str(tmp_path), "--out=~/gone/a.tlmodel")
    assert code == 1
    assert str(isolated_home / "gone") in err
    # A name that is there is taken as it is.
    (tmp_path / "~").mkdir()
    _, _, err = run(capsys, "check", "~")
    assert str(isolated_home) not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["info", "missing.tlmodel"],
        ["evaluate", "missing.tlmodel", "."],
        ["predict", "missing.tlmodel", "."],
        ["export", "missing.tlmodel", "--format", "onnx", "--out", "a.onnx"],
        ["train", "missing", "--out", "a.tlmodel"],
        ["compare", "missing"],
        ["compare", ".", "--weights", "vgg16=missing.h5"],
        ["train", ".", "--out", "a.tlmodel", "--weights", "missing.h5"],
        ["estimate", ".", "--weights", "missing.h5"],
        ["compare", ".", "--weights", "missing=pyproject.toml"],
        ["recipes", "--show", "missing"],
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


def test_path_that_is_mistyped_is_told_before_tensorflow_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "predict", str(tmp_path / "a.tlmodel"), "no such photo.jpg")

    assert code == 1
    assert "error: “no such photo.jpg” is not there." in err
    assert "needs quotes" in err
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


def test_recipes_are_listed_with_what_they_do(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "recipes")

    assert code == 0
    words = " ".join(out.split())
    for recipe_id, recipe in BUILT_IN.items():
        assert f"{recipe_id} {recipe.name} {recipe.description}" in words


def test_recipe_that_names_odd_weights_can_be_shown_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"tlgui_recipe": 2, "name": "\\ud800", "weights": "/w/\\udce9.h5"}', encoding="utf-8")

    code, out, _ = run(capsys, "recipes", "--show", str(path))

    assert code == 0
    shown = load_recipe(path)
    path.write_bytes(out.encode())
    assert load_recipe(path) == shown


def test_recipe_that_is_shown_can_be_kept_as_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "recipes", "--show", "vgg16-frozen")
    path = tmp_path / "mine.json"
    path.write_text(out, encoding="utf-8")

    assert code == 0
    assert load_recipe(path) == BUILT_IN["vgg16-frozen"]
    assert (
        json.loads(run(capsys, "recipes", "--show", str(path), "--json")[1])["recipe"]
        == BUILT_IN["vgg16-frozen"].to_json()
    )


@pytest.fixture
def engine(fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The engine of the commands that follow."""
    monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: fake_engine.run)
    return fake_engine


def test_model_that_names_one_class_alone_is_told_as_that_by_every_command(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.evaluation = one_class_only()
    monkeypatch.setattr(commands, "read_summary", lambda _path: None)
    folder, model = str(write_collection(tmp_path / "birds", ["robin", "wren"])), str(tmp_path / "a.tlmodel")
    verdict = "No better than always naming “robin”"

    code, words, _ = run(capsys, "train", folder, "--out", model)
    assert code == 0
    assert words.splitlines()[1] == f"{verdict} (90.0 %, between 79 and 96; balanced 50.0 %), on 60 validation photos"
    trained = json.loads(run(capsys, "train", folder, "--out", model, "--json")[1])["model"]
    assert trained["evaluation"]["balanced_accuracy"] == 0.5

    code, words, _ = run(capsys, "evaluate", model, folder)
    lines = words.splitlines()
    assert code == 0
    assert lines[0].startswith(verdict)
    assert lines[1] == "Always naming “robin” is right for 90.0 % of these photos."
    assert [line.split() for line in lines if line.startswith("wren")] == [["wren", "6", "0.0", "%", "—"]]
    found = json.loads(run(capsys, "evaluate", model, folder, "--json")[1])["evaluation"]
    assert found["balanced_accuracy"] == 0.5
    assert found["baseline"] == {"class_name": "robin", "accuracy": 0.9, "is_beaten": False}
    assert found["classes"][1] == {"name": "wren", "photo_count": 6, "recall": 0.0, "precision": None}

    _, words, _ = run(capsys, "compare", folder, "--recipe", "quick")
    assert words.splitlines()[1].endswith(verdict)
    (score,) = json.loads(run(capsys, "compare", folder, "--recipe", "quick", "--json")[1])["scores"]
    assert score["balanced_accuracies"] == [0.5]
    assert score["baseline"] == {"class_name": "robin", "accuracy": 0.9, "is_beaten": False}


@pytest.mark.usefixtures("engine")
def test_weights_file_of_a_training_is_the_recipes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_collection(tmp_path / "birds", ["owl", "wren"])
    weights = tmp_path / "vgg16_notop.h5"
    weights.write_bytes(b"weights")

    arguments = ("train", str(folder), "--out", str(tmp_path / "a.tlmodel"), "--recipe", "vgg16-frozen", "--json")
    code, out, _ = run(capsys, *arguments, "--weights", str(weights))

    assert code == 0
    recipe = json.loads(out)["model"]["recipe"]
    assert (recipe["backbone"], recipe["weights"]) == ("vgg16", str(weights))


COMPARED = ("--recipe", "quick", "--recipe", "balanced", "--set", "epochs=2", "--json")


def test_stopped_comparison_keeps_what_was_finished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], engine: FakeEngine
) -> None:
    engine.train_next(0.75, Cancelled())

    code, out, err = run(capsys, "compare", str(write_collection(tmp_path / "birds", ["owl", "wren"])), *COMPARED)

    assert code == 0
    (score,) = json.loads(out)["scores"]
    assert (score["recipe"]["name"], score["accuracies"], score["seconds"]) == ("Quick", [0.75], 2.0)
    assert "Stopped" in err


def test_comparison_that_trained_nothing_is_an_error_that_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], engine: FakeEngine
) -> None:
    engine.train_next(WeightsError("The weights are gone.", "Choose others."), WeightsError("So are these."))

    code, out, err = run(capsys, "compare", str(write_collection(tmp_path / "birds", ["owl", "wren"])), *COMPARED)

    assert code == 1
    problems = [score["problem"] for score in json.loads(out)["scores"]]
    assert problems == ["The weights are gone. Choose others.", "So are these."]
    assert "No recipe could be trained" in err


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
    assert commands.evaluated_part(wish, collection(*parts)) is expected


def test_commands_keep_qt_and_tensorflow_away_until_they_are_needed(tmp_path: Path) -> None:
    code = f"""
import sys
from tlgui.cli.main import main
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
