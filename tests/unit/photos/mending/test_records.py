"""A sort is read back from the journal as it was written: where to, its acts, what is left, and that it goes on."""

from pathlib import Path

from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.records import Act, RecordKind, SortHead, Step

HEAD = SortHead("/sorted", ("/sorted", "/sorted/wren"), "2024-05-05T10:00:00+02:00")
STEPS = {
    0: Step("/a.jpg", "/sorted/wren/a.jpg", 4, 5, act=Act.COPY, of=0),
    1: Step("/a.aae", "/sorted/wren/a.aae", 6, 7, act=Act.MOVE, of=0),
    2: Step("/b.jpg", "/sorted/wren/b.jpg.xmp", act=Act.WRITE, of=2, data="{}", digest="ab"),
}


def test_stopped_sort_is_read_back_with_what_is_left(tmp_path: Path) -> None:
    journal = Journal(tmp_path, is_of_sorts=True)
    record = journal.begin(RecordKind.SORT, "sort", head=HEAD)
    journal.plan(record, STEPS)
    journal.end(record, {1, 2}, "sort 1 photo", left={2})

    found = journal.last()

    assert found is not None
    assert (found.head, found.steps, found.left) == (HEAD, STEPS, {2})
    assert (set(found.done), found.is_open) == ({0}, False)
    assert journal.last_words() == "sort 1 photo"

    journal.begin_again(found)
    again = journal.last()
    assert again is not None
    assert (set(again.done), again.left, again.is_open) == ({0, 2}, set(), True)
    assert journal.is_cut_short()

    journal.end(found, set(), "sort 2 photos")
    journal.begin_undo(found)
    journal.end(found, {0}, "sort 1 photo")
    last = journal.last()
    assert last is not None
    assert (set(last.done), last.left, last.is_open) == ({2}, set(), False)


def test_sort_in_the_journal_of_a_collection_is_passed_over(tmp_path: Path) -> None:
    sorts = Journal(tmp_path, is_of_sorts=True)
    record = sorts.begin(RecordKind.SORT, "sort", head=HEAD)
    sorts.plan(record, STEPS)

    assert Journal(tmp_path).last() is None
    assert not Journal(tmp_path).is_cut_short()
