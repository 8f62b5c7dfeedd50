"""`tlgui check`: the report in words and as JSON, and that training divides photos as it says."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FakeEngine
from tests.unit.photos import scenes
from tlgui.cli.main import main
from tlgui.engine.protocol import EvaluateRequest, TrainRequest
from tlgui.photos.collection import Part


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place, name in enumerate(("cat", "dog")):
        scenes.write_class(tmp_path / "my pets" / name, 100 * place, 22)
    return tmp_path / "my pets"


@pytest.fixture
def engine(fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The engine of the commands that follow."""
    monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: fake_engine.run)
    return fake_engine


def checked(capsys: pytest.CaptureFixture[str], folder: Path) -> dict[str, Any]:
    assert main(["check", str(folder), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)["check"]
    assert isinstance(result, dict)
    return result


def test_check_prints_counts_split_and_each_finding_with_its_files(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenes.write(folder / "dog" / "again.jpg", 1, quality=60)
    (folder / "cat" / "cut.jpg").write_bytes(b"\xff\xd8\xff")

    assert main(["check", str(folder)]) == 0

    out = capsys.readouterr().out
    assert "45 photos of 2 classes in" in out
    assert ["dog", "23", "18", "5", "0"] in [line.split() for line in out.splitlines()]
    assert "Harm: 1 picture is filed under two classes" in out
    assert f"  - {Path('cat', '001.jpg')}, {Path('dog', 'again.jpg')}" in out
    assert "Worth a look: 1 file is damaged" in out
    assert f"  - {Path('cat', 'cut.jpg')}: " in out
    assert "Looked at 45 photos." in out


def test_check_gives_all_of_it_as_one_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    near = scenes.write(folder / "cat" / "again.jpg", 1, quality=60)

    result = checked(capsys, folder)

    assert result["photo_count"] == result["looked_at"] == 45
    assert result["classes"][0]["name"] == "cat"
    assert result["classes"][0]["photos"] == sum(result["classes"][0][part.value] for part in Part) == 23
    assert sum(result["split"].values()) == 45
    (finding,) = result["findings"]
    assert (finding["kind"], finding["severity"]) == ("near copies", "doubt")
    assert finding["groups"] == result["kept_together"] == [[str(folder / "cat" / "001.jpg"), str(near)]]
    assert result["problems"] == []
    assert result["seconds"] > 0


def test_check_ends_well_whatever_it_finds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "odd\nname.jpg").write_bytes(b"")

    result = checked(capsys, tmp_path)

    assert result["split"] is None
    assert result["advice"]
    assert [finding["kind"] for finding in result["findings"]] == ["classes without photos", "damaged"]
    assert main(["check", str(tmp_path)]) == 0
    assert r"odd\x0aname.jpg" in capsys.readouterr().out


def test_check_of_a_folder_that_is_not_there_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "gone")]) == 1
    assert "“gone” is not there" in capsys.readouterr().err


def test_training_is_given_what_belongs_together(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], engine: FakeEngine
) -> None:
    near = scenes.write(folder / "dog" / "again.jpg", 1, quality=60)

    assert main(["train", str(folder), "--out", str(tmp_path / "pets.tlmodel"), "--set", "epochs=2"]) == 0

    (request,) = engine.requests
    assert isinstance(request, TrainRequest)
    assert request.collection.groups == ((folder / "cat" / "001.jpg", near),)
    assert "Looking at the photos" in capsys.readouterr().err


def test_every_photo_that_cannot_be_read_is_named_and_leaves_counts_and_split(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = [scenes.write_damaged_png(folder / "cat" / f"damaged {number}.png", number) for number in range(25)]

    result = checked(capsys, folder)

    assert result["photo_count"] == result["looked_at"] == sum(result["split"].values()) == 44
    assert {problem["path"] for problem in result["problems"]} == {str(path) for path in damaged}
    assert main(["check", str(folder)]) == 0
    out = capsys.readouterr().out
    assert all(f"  - {Path('cat', path.name)}: " in out for path in damaged)
    assert "Looked at 44 photos." in out


SHORT = ("--set", "epochs=2")


@pytest.mark.parametrize(
    "command",
    [
        ("train", "{folder}", "--out", "{folder}.tlmodel", *SHORT),
        ("compare", "{folder}", "--recipe", "quick", "--recipe", "balanced", *SHORT),
        ("evaluate", "{model}", "{folder}", "--part", "validation"),
    ],
)
def test_photo_that_a_command_cannot_read_is_named_once(
    folder: Path, capsys: pytest.CaptureFixture[str], engine: FakeEngine, command: tuple[str, ...]
) -> None:
    model = folder.with_name("model.tlmodel")
    assert main(["train", str(folder), "--out", str(model), *SHORT]) == 0
    damaged = [scenes.write_damaged_png(folder / "cat" / f"damaged {number}.png", number) for number in range(25)]
    engine.unreadable = [folder / "cat" / "001.jpg"]
    capsys.readouterr()

    assert main([part.format(folder=folder, model=model) for part in command]) == 0

    err = capsys.readouterr().err
    assert all(f"left out: {path.name}: The file is damaged" in err for path in damaged)
    assert err.count("left out: 001.jpg: Damaged.") == 1
    request = engine.requests[-1]
    assert isinstance(request, TrainRequest | EvaluateRequest)
    assert request.collection.photo_count == 44
