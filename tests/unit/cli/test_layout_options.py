"""How a folder is read can be said on the command line, is told, and is remembered."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.photos.scanning.test_layout import ARCHIVE, GROUPS, TABLE, write, write_table
from tlgui.cli import commands
from tlgui.cli.main import main
from tlgui.engine.protocol import EstimateRequest, EvaluateRequest, Request, TrainRequest
from tlgui.errors import TlguiError
from tlgui.photos.collection import Collection
from tlgui.progress import JobContext


def checked(capsys: pytest.CaptureFixture[str], folder: Path, *options: str) -> tuple[dict[str, int], str]:
    """Return the classes of `tlgui check` with their photos, and what was said on standard error."""
    assert main(["check", str(folder), "--json", *options]) == 0
    said = capsys.readouterr()
    classes = json.loads(said.out)["check"]["classes"]
    return {item["name"]: item["photos"] for item in classes}, said.err


def test_groups_are_told_with_the_option_that_reads_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, *GROUPS)

    classes, said = checked(capsys, tmp_path)
    assert classes == {"animals": 6, "plants": 6}
    assert "--classes-from inner-folders takes 4 classes: cats (3), dogs (3), oak (3), rose (3)" in said

    classes, said = checked(capsys, tmp_path, "--classes-from", "inner-folders")
    assert set(classes) == {"cats", "dogs", "oak", "rose"}
    assert checked(capsys, tmp_path)[0] == classes
    assert "The classes are the inner folders; --classes-from folders takes the folders." in said


def test_file_names_are_told_and_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, *ARCHIVE)

    classes, said = checked(capsys, tmp_path)
    assert classes == {}
    assert "such as cat.0.jpg, dog.0.jpg. --classes-from names takes 2 classes: cat (2), dog (2)." in said

    classes, said = checked(capsys, tmp_path, "--classes-from", "names")
    assert classes == {"cat": 2, "dog": 2}
    assert "test1: 2 photos without a class, kept for prediction." in said


def test_table_is_told_and_taken_from_anywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "traps", *(f"{site}/{name}.jpg" for site in ("site 1", "site 2") for name in "abc"))
    table = write_table(folder, *TABLE)

    _, said = checked(capsys, folder)
    assert "its column species gives 2 classes: owl (2), wren (2)" in said
    assert "1 row of 5 names a file that is not there; 2 photos have no label." in said

    elsewhere = table.rename(tmp_path / "elsewhere.csv")
    classes, _ = checked(capsys, folder, "--labels", str(elsewhere), "--label-column", "species")
    assert classes == {"owl": 2, "wren": 2}
    elsewhere.unlink()
    classes, said = checked(capsys, folder)
    assert classes == {"owl": 2, "wren": 2}
    assert "The labels that were read from it before are used." in said


def test_split_can_be_put_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, *(f"{part}/{name}/*" for part in ("training_set", "test_set") for name in ("cats", "dogs")))

    def parts(*options: str) -> dict[str, int]:
        assert main(["check", str(tmp_path), "--json", *options]) == 0
        split = json.loads(capsys.readouterr().out)["check"]["split"]
        assert isinstance(split, dict)
        return split

    assert parts()["test"] == 6
    assert parts("--split", "none")["test"] == 0
    assert parts()["test"] == 0, "it is remembered"
    assert parts("--split", "auto")["test"] == 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--labels", "gone.csv"], "error: The table “gone.csv” cannot be read: it is not there."),
        (["--label-column", "species"], "error: There is no table of labels that has this column."),
    ],
)
def test_option_that_cannot_be_followed_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    write(tmp_path, "cat/*", "dog/*")

    assert main(["check", str(tmp_path), *options]) == 1

    said = capsys.readouterr().err
    assert message in said
    assert "hint: " in said


def test_classes_from_names_and_from_a_table_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["check", ".", "--labels", "a.csv", "--classes-from", "names"])

    assert caught.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "estimate", "compare", "evaluate"])
def test_each_command_that_reads_a_folder_takes_the_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    folder = write(tmp_path / "pets", *ARCHIVE)
    got: list[Collection] = []

    def perform(request: Request[Any], _context: JobContext) -> object:
        assert isinstance(request, TrainRequest | EstimateRequest | EvaluateRequest)
        got.append(request.collection)
        raise TlguiError("The engine has a day off.")

    monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: perform)
    monkeypatch.setattr(commands, "read_summary", lambda _path: None)
    arguments = {
        "train": ["train", str(folder), "--out", str(tmp_path / "m.tlmodel")],
        "estimate": ["estimate", str(folder)],
        "compare": ["compare", str(folder), "--recipe", "quick"],
        "evaluate": ["evaluate", str(tmp_path / "m.tlmodel"), str(folder)],
    }[command]

    assert main([*arguments, "--classes-from", "names"]) == 1

    assert [collection.class_names for collection in got] == [("cat", "dog")]
