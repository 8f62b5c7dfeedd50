import os
from pathlib import Path

from tlgui import files
from tlgui.photos.pictures.crashes import CrashList, crash_key


def test_photo_is_known_in_every_process_until_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(b"1")
    here, there = CrashList(), CrashList()
    assert not there.has(crash_key(path))

    here.add(crash_key(path))

    assert here.has(crash_key(path))
    assert there.has(crash_key(path))
    os.utime(path, ns=(1, 1))
    assert not here.has(crash_key(path))


def test_photo_that_is_gone_is_not_known(tmp_path: Path) -> None:
    crashes = CrashList()

    crashes.add(crash_key(tmp_path / "a.heic"))

    assert not crashes.has(crash_key(tmp_path / "b.heic"))


def test_list_that_grew_long_is_begun_anew() -> None:
    path = files.cache_folder() / "crashes.txt"
    path.write_text("x" * 1_000_000, encoding="ascii")
    crashes = CrashList()

    crashes.add("a")

    assert crashes.has("a")
    assert path.stat().st_size == 2


def test_damaged_list_is_no_obstacle() -> None:
    path = files.cache_folder() / "crashes.txt"
    path.write_bytes(bytes(range(256)))
    crashes = CrashList()

    crashes.add("a")

    assert not crashes.has("b")


def test_disk_that_refuses_the_list_is_no_obstacle() -> None:
    (files.cache_folder() / "crashes.txt").mkdir()
    crashes = CrashList()

    crashes.add("a")

    assert not crashes.has("a")
