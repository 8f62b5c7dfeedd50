"""What is known of past sorts: the last one, where it moved files, and that only the one that was named is undone."""

from pathlib import Path

import pytest

from tests.unit.photos.sorting.small_sort import QUIET, contents, decided, options, sorted_into
from tlgui.errors import NewerFileError, StorageError
from tlgui.photos.mending.records import Act
from tlgui.photos.pictures import header
from tlgui.photos.sorting import planning
from tlgui.photos.sorting.places import Inside
from tlgui.photos.sorting.sorter import Sorter


def test_last_sort_is_known_at_once_and_changes_of_another_process_are_seen(
    tmp_path: Path, sorter: Sorter, source: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sorter.last() is None
    other = Sorter(tmp_path / "journal")
    sorted_into(other, decided(source), options(into))
    last = sorter.last()
    assert last is not None
    assert (last.words.split(" into")[0], last.into) == ("copy 4 photos and 4 files that go with them", into)
    with monkeypatch.context() as patch:
        # Nothing is read again while the journal is the same.
        patch.setattr("tlgui.photos.mending.journal.Journal.last", lambda _self: pytest.fail("read again"))
        assert sorter.last() == last
    other.undo(QUIET)
    assert sorter.last() is None


def test_moved_files_are_known_and_copied_ones_are_not_moved(sorter: Sorter, source: Path, into: Path) -> None:
    sorted_into(sorter, decided(source, {"c.jpg": "wren"}), options(into))
    assert sorter.moved() == {}
    sorter.undo(QUIET)
    sorted_into(sorter, decided(source, {"a.jpg": "wren"}), options(into, Act.MOVE))
    assert sorter.moved() == {str(source / name): str(into / "wren" / name) for name in ("a.jpg", "a.jpg.xmp", "a.CR2")}


def test_only_the_sort_that_was_named_is_undone(tmp_path: Path, sorter: Sorter, source: Path, into: Path) -> None:
    sorted_into(sorter, decided(source), options(into))
    named = sorter.last()
    assert named is not None
    later = tmp_path / "later"
    sorted_into(Sorter(tmp_path / "journal"), decided(source), options(later))
    with pytest.raises(StorageError, match="in another window"):
        sorter.undo(QUIET, named)
    assert contents(later) == contents(into)
    Sorter(tmp_path / "journal").undo(QUIET)
    assert sorter.undo(QUIET, named) is not None
    assert not into.exists()
    with pytest.raises(StorageError, match="in another window"):
        sorter.undo(QUIET, named)


def test_sort_of_a_later_version_is_left_and_told(tmp_path: Path, sorter: Sorter, source: Path, into: Path) -> None:
    sorted_into(sorter, decided(source), options(into))
    named = sorter.last()
    newer = tmp_path / "journal" / "000002.jsonl"
    # As if it was killed.
    newer.write_text(text := newer.with_name("000001.jsonl").read_text().replace('"mending": 1', '"mending": 2'))

    assert (sorter.last(), sorter.unfinished(), sorter.past(), sorter.moved()) == (None, None, (), {})
    for act in (sorter.undo, sorter.go_on, lambda context: sorter.undo(context, named)):
        with pytest.raises(NewerFileError, match="later version of tlgui"):
            act(QUIET)
    later = tmp_path / "later"
    sorted_into(sorter, decided(source), options(later))
    assert sorter.undo(QUIET) is not None
    assert not later.exists()
    assert contents(into)
    assert newer.read_text() == text


def test_dates_are_read_once_for_all_previews(
    sorter: Sorter, source: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counting(listed: list[tuple[Path, object]]) -> list[object]:
        read.extend(path for path, _ in listed)
        return header.read_all_facts(listed)  # type: ignore[arg-type, return-value]

    monkeypatch.setattr(planning, "read_all_facts", counting)
    taken: dict[Path, float | None] = {}
    plans = [
        sorter.preview(decided(source), options(into, pattern="{class}/{year}/{name}"), QUIET, taken=taken)
        for _ in range(3)
    ]
    assert plans[0].folders == plans[1].folders == plans[2].folders
    assert sorted(read) == sorted({photo.path for photo in decided(source)})


def test_photos_given_inside_the_target_are_sorted_and_those_beside_them_are_not(tmp_path: Path) -> None:
    given = [tmp_path / "sorted" / "wren" / name for name in ("a.jpg", "b.jpg")]
    inside = Inside(tmp_path / "sorted", [tmp_path, *given], {"wren"})
    assert [inside.is_sorted(path) for path in given] == [False, False]
    assert inside.is_sorted(given[0].with_name("c.jpg"))
    assert not inside.is_sorted(tmp_path / "d.jpg")
