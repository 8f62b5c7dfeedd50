"""Sidecars are written beside photos, whole or not at all, and taken back byte for byte."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pictures import write_jpeg
from tests.unit.photos.sidecars.samples import DARKTABLE, LIGHTROOM, PROGRAMS
from tlgui.errors import SidecarError, StorageError
from tlgui.photos.answers import DecidedBy
from tlgui.photos.sidecars.sidecar import MOST_BYTES, planned_change, sidecar_of, take_back, write_change
from tlgui.photos.sidecars.xmp_merge import Keyword

WREN = Keyword("wren", DecidedBy.MODEL, "2026-05-06T07:08:09+02:00", 0.9534, "birds.tlmodel", "ab" * 32)
EXIFTOOL = shutil.which("exiftool")


def write_keyword(photo: Path, keyword: Keyword = WREN) -> Path:
    change = planned_change(photo, keyword)
    write_change(change)
    return change.path


def test_new_sidecar_lies_beside_the_photo_and_the_photo_stays(tmp_path: Path) -> None:
    photo = write_jpeg(tmp_path / "wren 1.jpg")
    before = photo.read_bytes()

    sidecar = write_keyword(photo)

    assert sidecar == tmp_path / "wren 1.jpg.xmp"
    assert photo.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["wren 1.jpg", "wren 1.jpg.xmp"]


def test_planning_writes_nothing(tmp_path: Path) -> None:
    change = planned_change(tmp_path / "a.jpg", WREN)

    assert (change.before, change.is_needed) == (None, True)
    assert list(tmp_path.iterdir()) == []


def test_second_writing_changes_nothing(tmp_path: Path) -> None:
    sidecar = write_keyword(tmp_path / "a.jpg")
    state = sidecar.stat()

    change = planned_change(tmp_path / "a.jpg", WREN)
    write_change(change)

    assert not change.is_needed
    assert (sidecar.stat().st_mtime_ns, sidecar.stat().st_ino) == (state.st_mtime_ns, state.st_ino)


@pytest.mark.parametrize("program", PROGRAMS)
def test_taking_back_restores_every_byte(tmp_path: Path, program: str) -> None:
    sidecar = sidecar_of(tmp_path / "a.jpg")
    sidecar.write_bytes(PROGRAMS[program].encode())
    change = planned_change(tmp_path / "a.jpg", WREN)
    write_change(change)

    for _ in range(2):
        take_back(change.path, change.before, change.after_digest)
        assert sidecar.read_bytes() == PROGRAMS[program].encode()


def test_taking_back_removes_a_sidecar_that_was_not_there(tmp_path: Path) -> None:
    change = planned_change(tmp_path / "a.jpg", WREN)
    write_change(change)

    for _ in range(2):
        take_back(change.path, change.before, change.after_digest)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("was_there", [True, False])
def test_what_was_changed_since_is_not_taken_back(tmp_path: Path, *, was_there: bool) -> None:
    sidecar = sidecar_of(tmp_path / "a.jpg")
    if was_there:
        sidecar.write_text(LIGHTROOM, encoding="utf-8")
    change = planned_change(tmp_path / "a.jpg", WREN)
    write_change(change)
    sidecar.write_bytes(sidecar.read_bytes().replace(b"\n", b"\n\n", 1))
    changed = sidecar.read_bytes()

    with pytest.raises(SidecarError, match="was changed since"):
        take_back(change.path, change.before, change.after_digest)

    assert sidecar.read_bytes() == changed


def test_sidecar_that_was_deleted_since_is_told(tmp_path: Path) -> None:
    sidecar_of(tmp_path / "a.jpg").write_text(LIGHTROOM, encoding="utf-8")
    change = planned_change(tmp_path / "a.jpg", WREN)
    write_change(change)
    change.path.unlink()

    with pytest.raises(SidecarError, match="is gone since"):
        take_back(change.path, change.before, change.after_digest)


def test_sidecar_that_changes_between_plan_and_writing_stays(tmp_path: Path) -> None:
    change = planned_change(tmp_path / "a.jpg", WREN)
    change.path.write_text(DARKTABLE, encoding="utf-8")

    with pytest.raises(SidecarError, match="by another program"):
        write_change(change)

    assert change.path.read_text(encoding="utf-8") == DARKTABLE


def test_damaged_sidecar_is_left_and_told(tmp_path: Path) -> None:
    sidecar = sidecar_of(tmp_path / "a.jpg")
    sidecar.write_text(LIGHTROOM[:-30], encoding="utf-8")

    with pytest.raises(SidecarError, match=r"“a\.jpg\.xmp” gets no keyword: it is damaged") as caught:
        planned_change(tmp_path / "a.jpg", WREN)

    assert caught.value.hint == "The file is left as it is."
    assert sidecar.read_text(encoding="utf-8") == LIGHTROOM[:-30]


def test_huge_sidecar_is_not_read(tmp_path: Path) -> None:
    sidecar = sidecar_of(tmp_path / "a.jpg")
    with sidecar.open("wb") as stream:
        stream.write(LIGHTROOM.encode())
        stream.truncate(50_000_000)

    with pytest.raises(SidecarError, match="far too large"):
        planned_change(tmp_path / "a.jpg", WREN)

    assert MOST_BYTES < sidecar.stat().st_size == 50_000_000


def test_what_is_no_file_of_its_own_is_left(tmp_path: Path) -> None:
    photo = write_jpeg(tmp_path / "a.jpg")
    before = photo.read_bytes()
    sidecar_of(photo).mkdir()
    with pytest.raises(SidecarError, match="gets no keyword"):
        planned_change(photo, WREN)
    sidecar_of(photo).rmdir()
    os.link(photo, sidecar_of(photo))
    with pytest.raises(SidecarError, match="damaged"):
        planned_change(photo, WREN)

    assert photo.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="links need a right that users do not have there")
@pytest.mark.parametrize("target", ["a.jpg", "elsewhere.xmp", "gone.xmp"])
def test_link_is_left(tmp_path: Path, target: str) -> None:
    photo = write_jpeg(tmp_path / "a.jpg")
    (tmp_path / "elsewhere.xmp").write_text(LIGHTROOM, encoding="utf-8")
    sidecar_of(photo).symlink_to(tmp_path / target)

    with pytest.raises(SidecarError, match="link"):
        planned_change(photo, WREN)

    assert sidecar_of(photo).is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_left_at_once(tmp_path: Path) -> None:
    os.mkfifo(sidecar_of(tmp_path / "a.jpg"))
    with pytest.raises(SidecarError):
        planned_change(tmp_path / "a.jpg", WREN)


def test_folder_that_is_gone_and_name_that_is_too_long_are_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="the folder is not there"):
        write_change(planned_change(tmp_path / "gone" / "a.jpg", WREN))
    with pytest.raises(StorageError, match="the name is too long"):
        planned_change(tmp_path / ("a" * 250 + ".jpg"), WREN)


def test_name_that_is_not_text_gets_its_sidecar(tmp_path: Path) -> None:
    photo = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg"))
    try:
        photo.touch()
    except OSError:
        pytest.skip("this disk takes no names that are not text")

    assert write_keyword(photo).is_file()


@pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed (Debian: libimage-exiftool-perl)")
@pytest.mark.parametrize("program", ["Lightroom", "digiKam", "darktable", "ExifTool", "empty", ""])
def test_exiftool_reads_what_was_written(tmp_path: Path, program: str) -> None:
    sidecar = sidecar_of(tmp_path / "a.jpg")
    if program:
        sidecar.write_bytes(PROGRAMS[program].encode())
    old = tags_of(sidecar) if program else {}

    write_keyword(tmp_path / "a.jpg", replace(WREN, answer="Zaunkönig & <Meise>"))

    new = tags_of(sidecar)
    for name in ("XMP-dc:Subject", "XMP-lr:HierarchicalSubject", "XMP-digiKam:TagsList"):
        assert listed(new.pop(name)) == [*listed(old.pop(name, [])), "Zaunkönig & <Meise>"]
    assert new.pop("XMP-tlgui:Certainty") == 0.9534
    assert new.pop("XMP-tlgui:DecidedBy") == "model"
    assert {name: value for name, value in new.items() if not name.startswith(("XMP-tlgui:", "XMP-x:"))} == {
        name: value for name, value in old.items() if not name.startswith("XMP-x:")
    }


def tags_of(file: Path) -> dict[str, object]:
    """Return what exiftool reads in a file, without what it says of the file itself."""
    command = [str(EXIFTOOL), "-json", "-G1", "-charset", "filename=utf8", str(file)]
    answer = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    tags: dict[str, object] = json.loads(answer)[0]
    return {
        name: value for name, value in tags.items() if not name.startswith(("System:", "File:", "ExifTool:", "Source"))
    }


def listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
