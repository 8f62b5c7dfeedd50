"""A file is moved without overwriting another, and a move that a kill cut short leaves it in one place."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tlgui.photos.mending.moving import FreeNames, move_file, settle


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "robin" / "a.jpg"
    path.parent.mkdir()
    path.write_bytes(b"a photo")
    (tmp_path / "wren").mkdir()
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "wren" / "a.jpg"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def part_of(target: Path) -> Path:
    return target.with_name(".part")


def refuse(number: int) -> Callable[..., None]:
    def refused(*_arguments: object, **_keywords: object) -> None:
        raise OSError(number, os.strerror(number))

    return refused


def rename_on_one_disk(source: Path, target: Path, folder: Path) -> None:
    """Rename as a system does between two disks: only within `folder`."""
    if (folder in source.parents) != (folder in target.parents):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
    source.replace(target)


@pytest.fixture
def two_disks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let `wren` be on another disk than the rest."""
    link = os.link

    def linked(source: Path, target: Path) -> None:
        if (tmp_path / "wren" in Path(source).parents) != (tmp_path / "wren" in Path(target).parents):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        link(source, target)

    monkeypatch.setattr(os, "link", linked)
    monkeypatch.setattr(Path, "rename", lambda source, target: rename_on_one_disk(source, target, tmp_path / "wren"))


@pytest.fixture(params=["links", "no links", "two disks"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "no links":
        monkeypatch.setattr(os, "link", refuse(errno.EPERM))
    elif request.param == "two disks":
        request.getfixturevalue("two_disks")
    return str(request.param)


@pytest.mark.usefixtures("disk")
def test_file_is_moved_with_its_content_and_date(photo: Path, target: Path) -> None:
    os.utime(photo, ns=(1_000, 2_000_000_000))

    move_file(photo, target, part_of(target))

    assert target.read_bytes() == b"a photo"
    assert target.stat().st_mtime_ns == 2_000_000_000
    assert not photo.exists()
    assert names_in(target.parent) == ["a.jpg"]


@pytest.mark.usefixtures("disk")
def test_file_of_that_name_is_never_overwritten(photo: Path, target: Path) -> None:
    target.write_bytes(b"another")

    with pytest.raises(FileExistsError):
        move_file(photo, target, part_of(target))

    assert (photo.read_bytes(), target.read_bytes()) == (b"a photo", b"another")
    assert names_in(target.parent) == ["a.jpg"]


@pytest.mark.usefixtures("two_disks")
def test_disk_that_fills_while_a_copy_is_made_leaves_the_file_where_it_was(
    photo: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refuse(errno.ENOSPC))

    with pytest.raises(OSError, match="space"):
        move_file(photo, target, part_of(target))

    assert photo.read_bytes() == b"a photo"
    assert not names_in(target.parent)


@pytest.mark.usefixtures("disk")
def test_file_that_cannot_lose_its_old_name_stays_there_alone(
    photo: Path, target: Path, disk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if disk == "no links":
        monkeypatch.setattr(Path, "rename", refuse(errno.EACCES))
    unlink = Path.unlink

    def unlinked(path: Path, **keywords: bool) -> None:
        if path == photo:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        unlink(path, **keywords)

    monkeypatch.setattr(Path, "unlink", unlinked)

    with pytest.raises(PermissionError):
        move_file(photo, target, part_of(target))

    assert photo.read_bytes() == b"a photo"
    assert not names_in(target.parent)


@pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make links there")
def test_link_still_leads_to_its_file_from_another_folder(photo: Path, target: Path) -> None:
    link = photo.with_name("link.jpg")
    link.symlink_to("a.jpg")

    move_file(link, target, part_of(target))

    assert target.is_symlink()
    assert target.read_bytes() == b"a photo"
    assert photo.exists()


class TestSettling:
    def test_move_that_had_not_begun_was_not_done(self, photo: Path, target: Path) -> None:
        assert not settle(photo, target, part_of(target))
        assert photo.exists()

    def test_move_that_was_done_is_done(self, photo: Path, target: Path) -> None:
        move_file(photo, target, part_of(target))
        assert settle(photo, target, part_of(target))

    def test_file_that_is_nowhere_has_left(self, photo: Path, target: Path) -> None:
        photo.unlink()
        assert settle(photo, target, part_of(target))

    def test_file_with_both_names_loses_the_old_one(self, photo: Path, target: Path) -> None:
        os.link(photo, target)
        assert settle(photo, target, part_of(target))
        assert not photo.exists()
        assert target.read_bytes() == b"a photo"

    def test_copy_that_was_whole_stays_in_place_of_the_file(self, photo: Path, target: Path) -> None:
        target.write_bytes(photo.read_bytes())
        assert settle(photo, target, part_of(target))
        assert not photo.exists()

    def test_empty_file_that_kept_the_name_is_taken_away(self, photo: Path, target: Path) -> None:
        target.touch()
        assert not settle(photo, target, part_of(target))
        assert photo.exists()
        assert not target.exists()

    def test_copy_that_was_not_whole_is_taken_away(self, photo: Path, target: Path) -> None:
        part_of(target).write_bytes(b"a ph")
        assert not settle(photo, target, part_of(target))
        assert not names_in(target.parent)

    def test_another_file_of_that_name_is_left_alone(self, photo: Path, target: Path) -> None:
        target.write_bytes(b"another")
        assert not settle(photo, target, part_of(target))
        assert (photo.read_bytes(), target.read_bytes()) == (b"a photo", b"another")

    def test_one_folder_under_two_names_loses_nothing(self, photo: Path, tmp_path: Path) -> None:
        # As on a disk where “Robin” and “robin” are one folder.
        alias = tmp_path / "Robin"
        alias.symlink_to(photo.parent, target_is_directory=True)
        os.link(photo, photo.with_name("b.jpg"))

        assert not settle(photo, alias / "a.jpg", part_of(photo))
        assert photo.read_bytes() == b"a photo"


class TestFreeNames:
    @pytest.mark.parametrize(
        ("taken", "wanted"),
        [
            ("a.jpg", "a.jpg"),
            ("A.JPG", "a.jpg"),
            ("e\N{COMBINING ACUTE ACCENT}.jpg", "\N{LATIN SMALL LETTER E WITH ACUTE}.jpg"),
        ],
    )
    def test_name_that_is_taken_or_looks_alike_gets_a_number(self, tmp_path: Path, taken: str, wanted: str) -> None:
        (tmp_path / taken).touch()
        stem = Path(wanted).stem
        assert FreeNames().take(tmp_path, wanted) == tmp_path / f"{stem} (2).jpg"

    def test_two_files_never_get_one_name(self, tmp_path: Path) -> None:
        names = FreeNames()
        assert [names.take(tmp_path, "a.jpg").name for _ in range(3)] == ["a.jpg", "a (2).jpg", "a (3).jpg"]

    def test_longest_name_still_fits_with_its_number(self, tmp_path: Path) -> None:
        name = "\N{BIRD}" * 62 + ".jpg"
        (tmp_path / name).touch()
        free = FreeNames().take(tmp_path, name)
        free.touch()
        assert free.name.endswith(" (2).jpg")

    def test_file_comes_back_beside_one_whose_name_looks_alike(self, tmp_path: Path) -> None:
        (tmp_path / "A.JPG").touch()
        assert FreeNames().take_back(tmp_path / "a.jpg") == tmp_path / "a.jpg"

    def test_file_whose_own_name_was_taken_meanwhile_gets_a_number(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").touch()
        assert FreeNames().take_back(tmp_path / "a.jpg") == tmp_path / "a (2).jpg"


@pytest.mark.usefixtures("two_disks")
def test_copy_that_the_disk_keeps_otherwise_is_no_copy(
    photo: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def spoilt(number: int) -> None:
        os.pwrite(number, b"A", 0)
        sync(number)

    monkeypatch.setattr(os, "fsync", spoilt)

    with pytest.raises(OSError, match="differs"):
        move_file(photo, target, part_of(target))

    assert photo.read_bytes() == b"a photo"
    assert not names_in(target.parent)


@pytest.mark.usefixtures("two_disks")
def test_permissions_go_with_a_copy(photo: Path, target: Path) -> None:
    photo.chmod(0o640)
    move_file(photo, target, part_of(target))
    assert target.stat().st_mode & 0o777 == 0o640
