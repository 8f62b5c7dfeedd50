"""Files are written where they belong, and over nothing else."""

import os
import zipfile
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from tests.pictures import write_jpeg, write_png
from tlgui.cli.main import main
from tlgui.errors import StorageError, TargetError
from tlgui.files.targets import (
    COCO_CAMERA_TRAPS,
    EXPORTS,
    MEGADETECTOR,
    MODEL,
    PLOT,
    RECIPE,
    TABLE,
    WORKBOOK,
    FileKind,
    check_target,
    refusal,
)
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import recipe_text

KINDS = (TABLE, WORKBOOK, MEGADETECTOR, COCO_CAMERA_TRAPS, MODEL, RECIPE, PLOT, *EXPORTS.values())


def write_plot(path: Path) -> None:
    figure = Figure()
    figure.add_subplot().plot([1, 2])
    figure.savefig(path)


def write_model(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", "{}")
        archive.writestr("model.keras", b"")


def write_onnx(path: Path) -> None:
    path.write_bytes(b"\x08\x08\x12\x07tf2onnx")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)
@pytest.mark.parametrize("photo", [".jpg", ".png"])
def test_no_photo_is_ever_replaced_whatever_it_is_called(tmp_path: Path, kind: FileKind, photo: str) -> None:
    target = write_jpeg(tmp_path / f"a{photo}").rename(tmp_path / f"a{kind.suffixes[0]}")
    before = target.read_bytes()

    with pytest.raises(TargetError, match=rf"“a{kind.suffixes[0]}” is there already and is not {kind.noun}"):
        check_target(target, kind)

    assert target.read_bytes() == before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)
def test_file_of_another_suffix_is_never_written(tmp_path: Path, kind: FileKind) -> None:
    with pytest.raises(TargetError, match=rf"ends in {kind.suffixes[0]}.*, and not as “photo.jpg”") as caught:
        check_target(tmp_path / "photo.jpg", kind)

    assert caught.value.hint == f"Call it “photo.jpg{kind.suffixes[0]}”, for example."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)
def test_new_and_empty_files_may_be_written(tmp_path: Path, kind: FileKind) -> None:
    for suffix in kind.suffixes:
        check_target(tmp_path / f"new{suffix.upper()}", kind)
        (tmp_path / f"empty{suffix}").touch()
        check_target(tmp_path / f"empty{suffix}", kind)

    assert len(list(tmp_path.iterdir())) == len(kind.suffixes)


def test_older_file_of_the_same_kind_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeffphoto;caf\u00e9\r\n", encoding="utf-8")
    (tmp_path / "b.csv").write_bytes("photo;café".encode("utf-16"))
    (tmp_path / "c.csv").write_bytes("photo;café".encode("latin-1"))
    for name in "abc":
        check_target(tmp_path / f"{name}.csv", TABLE)
    write_model(tmp_path / "a.tlmodel")
    check_target(tmp_path / "a.tlmodel", MODEL)
    (tmp_path / "a.json").write_text(recipe_text(QUICK), encoding="utf-8")
    check_target(tmp_path / "a.json", RECIPE)
    for suffix in PLOT.suffixes:
        write_plot(tmp_path / f"a{suffix}")
        check_target(tmp_path / f"a{suffix}", PLOT)
    write_onnx(tmp_path / "a.onnx")
    check_target(tmp_path / "a.onnx", EXPORTS[".onnx"])


def test_what_only_has_the_same_suffix_is_kept(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "mine"}', encoding="utf-8")
    assert "is not a recipe of tlgui" in refusal(tmp_path / "package.json", RECIPE)
    with zipfile.ZipFile(tmp_path / "letter.tlmodel", "w") as archive:
        archive.writestr("[Content_Types].xml", "")
    assert "is not a model of tlgui" in refusal(tmp_path / "letter.tlmodel", MODEL)
    (tmp_path / "traps.json").write_text('{"info": {"version": "1.0", "date_created": "2024"}}', encoding="utf-8")
    assert "is not a COCO Camera Traps file by tlgui" in refusal(tmp_path / "traps.json", COCO_CAMERA_TRAPS)
    assert "is not a file of MegaDetector results by tlgui" in refusal(tmp_path / "traps.json", MEGADETECTOR)
    with zipfile.ZipFile(tmp_path / "letter.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "")
    assert "is not an Excel workbook" in refusal(tmp_path / "letter.xlsx", WORKBOOK)


def test_picture_of_another_program_is_no_plot(tmp_path: Path) -> None:
    write_png(tmp_path / "holiday.png")
    assert "is not a plot" in refusal(tmp_path / "holiday.png", PLOT)


def test_what_is_no_file_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert "is a folder" in refusal(tmp_path / "a.csv", TABLE)
    with pytest.raises(StorageError, match="the folder is not there"):
        check_target(tmp_path / "gone" / "a.csv", TABLE)
    with pytest.raises(StorageError, match="the name is too long"):
        check_target(tmp_path / ("a" * 300 + ".csv"), TABLE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    assert "cannot be read, so it is not replaced" in refusal(tmp_path / "a.csv", TABLE)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="links need a right that users do not have there")
def test_where_a_link_leads_counts(tmp_path: Path) -> None:
    photo = write_jpeg(tmp_path / "photo.jpg")
    (tmp_path / "a.csv").symlink_to(photo)
    assert "is not a table" in refusal(tmp_path / "a.csv", TABLE)
    (tmp_path / "b.csv").symlink_to(tmp_path / "gone" / "b.csv")
    with pytest.raises(StorageError, match="the folder is not there"):
        check_target(tmp_path / "b.csv", TABLE)
    (tmp_path / "c.csv").symlink_to(tmp_path / "new.csv")
    check_target(tmp_path / "c.csv", TABLE)


def test_photos_that_a_shell_put_after_an_option_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos = [write_jpeg(tmp_path / f"{number}.jpg", seed=number) for number in range(3)]
    before = [photo.read_bytes() for photo in photos]
    write_model(tmp_path / "m.tlmodel")
    names = [str(photo) for photo in photos]

    with pytest.raises(SystemExit) as ended:
        main(["predict", str(tmp_path / "m.tlmodel"), "--csv", *names])

    assert ended.value.code == 2
    assert "The name of a table ends in .csv or .tsv" in capsys.readouterr().err
    assert main(["export", str(tmp_path / "m.tlmodel"), "--format", "onnx", "--out", names[0]]) == 1
    assert "The name of an ONNX model ends in .onnx" in capsys.readouterr().err
    assert [photo.read_bytes() for photo in photos] == before


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("predict", "m.tlmodel", "photos", "--csv"), "a.csv"),
        (("train", "photos", "--out"), "a.tlmodel"),
        (("export", "m.tlmodel", "--format", "onnx", "--out"), "a.onnx"),
        (("export", "m.tlmodel", "--format", "keras", "--out"), "a.keras"),
    ],
)
def test_command_asks_before_it_works(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    photo = write_jpeg(tmp_path / "photo.jpg").rename(tmp_path / name)
    before = photo.read_bytes()

    # Neither the model nor the photos are there: that would be said if they had been looked for.
    assert main([*command, name, "--json"]) == 1

    said = capsys.readouterr()
    assert f"error: “{name}” is there already and is not" in said.err
    assert said.out == ""
    assert photo.read_bytes() == before
    assert main([*command, str(Path("gone") / name)]) == 1
    assert "the folder is not there" in capsys.readouterr().err
