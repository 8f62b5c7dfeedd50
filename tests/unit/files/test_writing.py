import errno
import os
import stat
from pathlib import Path

import pytest

from tlgui import files
from tlgui.errors import StorageError
from tlgui.learning.backbones import published_weights
from tlgui.photos.mending.bin import find_in_bin


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_text_is_written_as_utf_8(tmp_path: Path) -> None:
    target = tmp_path / "größe 🎉.json"

    files.write_text(target, "„Bäume“\n")

    assert target.read_bytes() == "„Bäume“\n".encode()
    assert names_in(tmp_path) == [target.name]


def test_new_content_replaces_the_old(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old and much longer than the new")

    files.write_text(target, "new")

    assert target.read_text() == "new"


def test_error_in_the_middle_of_writing_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def write_half() -> None:
        with files.atomic_open(target) as stream:
            stream.write(b"ne")
            raise ValueError("the picture vanished")

    with pytest.raises(ValueError, match="the picture vanished"):
        write_half()

    assert target.read_text() == "old"
    assert names_in(tmp_path) == ["a.txt"]


def test_until_the_block_ends_the_old_file_is_there(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    with files.atomic_open(target) as stream:
        stream.write(b"new")
        stream.flush()
        assert target.read_text() == "old"

    assert target.read_text() == "new"


def test_folder_is_put_in_place_whole(tmp_path: Path) -> None:
    target = tmp_path / "model"

    with files.atomic_path(target) as temporary:
        (temporary / "variables").mkdir(parents=True)
        (temporary / "variables" / "data").write_bytes(b"x")
        assert not target.exists()

    assert (target / "variables" / "data").read_bytes() == b"x"
    assert names_in(tmp_path) == ["model"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "may not write"),
        (errno.ENAMETOOLONG, "too long"),
    ],
)
def test_refusal_of_the_disk_is_explained_and_changes_nothing(tmp_path: Path, code: int, words: str) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def write_on_a_bad_disk() -> None:
        with files.atomic_open(target) as stream:
            stream.write(b"half of it")
            raise OSError(code, os.strerror(code))

    with pytest.raises(StorageError, match=words) as caught:
        write_on_a_bad_disk()

    assert "“a.txt”" in caught.value.message
    assert str(tmp_path) in caught.value.message
    assert caught.value.hint
    assert target.read_text() == "old"
    assert names_in(tmp_path) == ["a.txt"]


def test_disk_that_is_really_full_is_explained(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("only Linux has a device that is always full")
    target = tmp_path / "a.txt"

    def write_to_a_full_disk() -> None:
        with files.atomic_path(target) as temporary:
            temporary.symlink_to(full)
            temporary.write_bytes(b"x" * 100_000)

    with pytest.raises(StorageError, match="the disk is full"):
        write_to_a_full_disk()

    assert names_in(tmp_path) == []


def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="the folder is not there"):
        files.write_text(tmp_path / "gone" / "a.txt", "x")


def test_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()

    with pytest.raises(StorageError, match="there is a folder of that name"):
        files.write_text(tmp_path / "a.txt", "x")

    assert names_in(tmp_path) == ["a.txt"]


def test_unknown_refusal_says_what_the_system_said(tmp_path: Path) -> None:
    error = files.storage_error(OSError(errno.ENXIO, "No such device or address"), tmp_path / "a.txt")

    assert "No such device or address" in error.message


def test_own_folders_are_made_apart_from_each_other(isolated_home: Path) -> None:
    folders = {files.cache_folder(), files.data_folder(), files.log_folder()}

    assert len(folders) == 3
    assert all(folder.is_dir() and folder.is_relative_to(isolated_home) for folder in folders)


def test_resource_lies_in_the_checkout() -> None:
    assert files.resource("weights").parent.name == "resources"


def test_regular_file_is_opened_and_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"12345")

    with files.open_regular(path) as stream:
        assert stream.read() == b"12345"
    assert files.read_regular(path, 5) == b"12345"
    with pytest.raises(OSError, match="far too large"):
        files.read_regular(path, 4)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_pipe_and_device_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in (pipe, Path(os.devnull)):
        with pytest.raises(OSError, match="no file but a pipe or a device"):
            files.open_regular(path)


def test_folder_is_not_opened_as_a_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=tmp_path.name):
        files.open_regular(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no folders to be kept")
@pytest.mark.parametrize("is_interim", [False, True])
def test_disk_is_asked_to_keep_the_content_first_and_then_the_name(
    is_interim: bool,  # noqa: FBT001 - a parameter of the test
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "notes.txt"
    kept: list[tuple[bool, str | None]] = []

    def note(number: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(number).st_mode)
        kept.append((is_folder, target.read_text() if target.exists() else None))

    monkeypatch.setattr(os, "fsync", note)
    files.write_text(target, "new", is_interim=is_interim)

    assert kept == [(False, None), *([] if is_interim else [(True, "new")])]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_mode_of_a_replaced_file_stays_and_a_new_one_gets_the_usual(tmp_path: Path) -> None:
    private, new, usual = tmp_path / "private.txt", tmp_path / "new.txt", tmp_path / "usual.txt"
    private.write_text("old")
    private.chmod(0o600)
    usual.write_text("")

    for target in (private, new):
        files.write_text(target, "new")

    assert private.stat().st_mode & 0o777 == 0o600
    assert new.stat().st_mode == usual.stat().st_mode


def test_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    target, link = tmp_path / "far/notes.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)

    files.write_text(link, "new")

    assert link.is_symlink()
    assert target.read_text() == "new"
    assert names_in(tmp_path / "far") == ["notes.txt"]


def test_link_that_leads_nowhere_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "gone.txt")

    files.write_text(link, "new")

    assert link.read_text() == "new"
    assert names_in(tmp_path) == ["link.txt"]


def test_without_a_home_folders_last_as_long_as_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert files.home_problem() == ""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    monkeypatch.chdir(tmp_path)

    folders = [files.cache_folder(), files.data_folder(), files.log_folder(), files.workspace_path(tmp_path)]

    assert all(files.process_folder() in folder.parents for folder in folders)
    assert "no home folder" in files.home_problem()
    assert names_in(tmp_path) == []
    for folder in folders[:3]:
        folder.rmdir()


def test_without_a_home_paths_are_still_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert files.expanded("~/birds") == files.home_folder() / "birds"
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    monkeypatch.chdir(tmp_path)

    assert files.home_folder() == files.process_folder()
    assert files.expanded("~/birds") == Path("~/birds")
    assert published_weights.keras_models_folder().is_absolute()
    assert find_in_bin({}) == {}
    assert names_in(tmp_path) == []
