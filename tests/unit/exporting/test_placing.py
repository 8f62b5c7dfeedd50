"""Exports are placed whole or not at all, whenever the process is killed, and only over other exports."""

import errno
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.exports import MISSING, words_in, write_export
from tests.unit.exporting.placing_kills import FOLDER, MODEL, details_of, make
from tlgui import files
from tlgui.errors import ExportError, StorageError
from tlgui.exporting import placing
from tlgui.exporting.export_formats import details_path, format_by_id, labels_path
from tlgui.exporting.labels import labels_inside

_OLD, _NEW = "old", "new"
_DETAILS = details_of("new")


def file_state(place: Path) -> tuple[str, str]:
    labels = place / f"{MODEL}.labels.txt"
    return words(place / MODEL), labels.read_text().strip() if labels.exists() else MISSING


def folder_state(place: Path) -> tuple[str, str]:
    return words(place / FOLDER), words(place / FOLDER)


def details_in(place: Path) -> str:
    details = place / f"{MODEL}.labels.json"
    return json.loads(details.read_bytes())["word"] if details.exists() else MISSING


def words(path: Path) -> str:
    return " and ".join(sorted(words_in(path)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot kill a process without a word")
@pytest.mark.parametrize("kind", ["file", "file, old", "folder", "folder, old", "folder, old, no exchange"])
def test_kill_at_any_step_leaves_the_old_export_or_the_new_one_whole(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    root = tmp_path / "kills"
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.exporting.placing_kills", str(root), kind],
        check=False,
        timeout=120,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    state = folder_state if "folder" in kind else file_state
    before = _OLD if "old" in kind else MISSING
    places = [path / "place" for path in root.iterdir()]
    assert len(places) > 5

    for place in places:
        export, other = state(place)
        assert export in {before, _NEW} or "no exchange" in kind
        assert other in {export, MISSING}, "names of one export beside another"
        assert details_in(place) in {export, MISSING}, "details of one export beside another"

    monkeypatch.setattr(tempfile, "tempdir", None)
    files.sweep(placing.finish)

    states = [state(place) for place in places]
    assert set(states) == {(before, before), (_NEW, _NEW)}
    if "folder" not in kind:
        assert all(details_in(place) == state(place)[0] for place in places)
    assert {path.name[:7] for place in places for path in place.iterdir()} <= {MODEL[:7], FOLDER[:7]}
    assert [path for path in temporary.iterdir() if path.name != files.process_folder().name] == []


def test_class_names_are_named_after_the_whole_export(tmp_path: Path) -> None:
    for name in ("birds.onnx", "birds.tflite", "birds.v2.onnx"):
        export = tmp_path / "ours"
        export.write_text(name)
        placing.place(export, tmp_path / name, name.encode())

    assert {path.name: path.read_text() for path in tmp_path.glob("birds*")} == {
        **{name: name for name in ("birds.onnx", "birds.tflite", "birds.v2.onnx")},
        **{f"{name}.labels.txt": name for name in ("birds.onnx", "birds.tflite", "birds.v2.onnx")},
    }


def test_details_lie_beside_the_export_and_go_with_it(tmp_path: Path) -> None:
    export, target = make(tmp_path, is_folder=False, has_old=True)
    placing.place(export, target, b"new\n", _DETAILS)
    assert details_path(target).read_bytes() == _DETAILS

    write_export(export, ".onnx", "newer")
    placing.place(export, target, b"newer\n")

    assert words_in(target) == {"newer"}
    assert sorted(path.name for path in target.parent.iterdir()) == [MODEL, f"{MODEL}.labels.txt"]


def test_file_of_details_of_another_program_is_never_replaced(tmp_path: Path) -> None:
    export, target = make(tmp_path, is_folder=False, has_old=True)
    for content in ("mine", "{}", "[]", '{"made_by": "me"}'):
        details_path(target).write_text(content)
        with pytest.raises(ExportError, match="and tlgui did not write it"):
            placing.check_target(target, format_by_id("onnx"))
        with pytest.raises(ExportError, match="is there already"):
            placing.place(export, target, b"new\n", _DETAILS)
        assert details_path(target).read_text() == content
    assert file_state(target.parent) == (_OLD, _OLD)


def test_disk_that_refuses_the_export_gives_the_old_details_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, target = make(tmp_path, is_folder=False, has_old=True)
    details_path(target).write_bytes(_DETAILS)
    replace = Path.replace

    def refuse(self: Path, where: Path) -> Path:
        if where == target:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return replace(self, where)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StorageError, match="you may not write there"):
        placing.place(export, target, b"new\n", _DETAILS + b" ")

    assert details_path(target).read_bytes() == _DETAILS
    assert file_state(target.parent) == (_OLD, _OLD)


def test_saved_model_has_no_file_beside_it(tmp_path: Path) -> None:
    export, target = make(tmp_path, is_folder=True, has_old=True)
    placing.place(export, target, b"names")
    assert [path.name for path in target.parent.iterdir()] == [FOLDER]
    assert folder_state(target.parent) == (_NEW, _NEW)


def test_file_of_names_that_belongs_to_no_export_is_never_replaced(tmp_path: Path) -> None:
    export, target = make(tmp_path, is_folder=False, has_old=False)
    labels_path(target).write_text("my own list")

    with pytest.raises(ExportError, match=r"“birds\.onnx\.labels\.txt” is there already"):
        placing.check_target(target, format_by_id("onnx"))
    with pytest.raises(ExportError, match="is there already"):
        placing.place(export, target, b"names")

    assert file_state(target.parent) == (MISSING, "my own list")


def test_disk_that_refuses_the_export_gives_the_old_names_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export, target = make(tmp_path, is_folder=False, has_old=True)
    replace = Path.replace

    def refuse(self: Path, where: Path) -> Path:
        if where == target:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return replace(self, where)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StorageError, match="you may not write there"):
        placing.place(export, target, b"new")

    assert file_state(target.parent) == (_OLD, _OLD)
    names = [MODEL, f"{MODEL}.labels.json", f"{MODEL}.labels.txt"]
    assert sorted(path.name for path in target.parent.iterdir()) == names


@pytest.mark.parametrize("suffix", [".onnx", ".keras", ".tflite"])
@pytest.mark.parametrize("words", ["my own names\n", ""])
def test_file_of_names_that_is_not_the_old_exports_is_never_replaced(suffix: str, words: str, tmp_path: Path) -> None:
    export, target = tmp_path / "ours", tmp_path / f"birds{suffix}"
    write_export(export, suffix, "new")
    write_export(target, suffix, "old")
    labels_path(target).write_text(words)

    with pytest.raises(ExportError, match="is not what"):
        placing.place(export, target, b"new\n")

    assert words_in(target) == {"old"}
    assert labels_path(target).read_text() == words
    labels_path(target).write_text("old\n")
    placing.place(export, target, b"new\n")
    assert words_in(target) == {"new"}
    assert labels_path(target).read_text() == "new\n"


@pytest.mark.parametrize("content", [b"", b"\x08\x08", b"PK\x03\x04", b"x" * 1000])
@pytest.mark.parametrize("suffix", [".onnx", ".keras", ".tflite"])
def test_file_that_is_no_export_holds_no_names(content: bytes, suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"a{suffix}").write_bytes(content)
    assert labels_inside(tmp_path / f"a{suffix}") is None
    assert labels_inside(tmp_path / f"gone{suffix}") is None


@pytest.mark.parametrize(
    "note",
    [
        '{"name": "../birds.onnx"}',
        '{"name": "notes.txt"}',
        '{"name": "\\u0000.onnx"}',
        '{"name": 3}',
        "{}",
        "[]",
        "{",
        "",
        pytest.param("[" * 4000, id="deep"),
    ],
)
def test_note_that_leads_elsewhere_is_not_followed(note: str, tmp_path: Path) -> None:
    folder = tmp_path / "place" / ".tlgui-0123456789abcdef-1"
    folder.mkdir(parents=True)
    (folder / "placing.json").write_text(note)
    for name in ("birds.onnx", "notes.txt"):
        (folder / name).write_text("new")
    before = sorted(tmp_path.rglob("*"))

    placing.finish(folder)

    assert sorted(tmp_path.rglob("*")) == before
