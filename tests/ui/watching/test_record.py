"""What is watched is kept: the choice, what is done, and what was copied; damage costs no more than work done twice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tlgui.errors import NewerFileError, StorageError
from tlgui.photos.facts import FileState
from tlgui.photos.sorting.options import SortOptions
from tlgui.ui.watching.choice import WatchChoice
from tlgui.ui.watching.record import WatchProgress, WatchRecord

FOLDER = Path("/media/card/DCIM")
CHOICES = [
    WatchChoice(FOLDER),
    WatchChoice(FOLDER, takes_present=False),
    WatchChoice(FOLDER, sorting=SortOptions(Path("/sorted"), pattern="{class}/{year}", not_sure=None, unlike="odd")),
]
DIGEST = bytes(range(32))


@pytest.fixture
def record(tmp_path: Path) -> WatchRecord:
    record = WatchRecord(tmp_path / "workspace")
    assert record.own()
    return record


@pytest.mark.parametrize("choice", CHOICES)
def test_choice_comes_back(tmp_path: Path, record: WatchRecord, choice: WatchChoice) -> None:
    assert record.choice() is None
    record.begin(choice)
    assert WatchRecord(tmp_path / "workspace").choice() == choice
    assert record.progress() == WatchProgress()


def test_what_is_done_comes_back(tmp_path: Path, record: WatchRecord) -> None:
    record.begin(CHOICES[0])
    many = {str(FOLDER / f"{number}.jpg"): FileState(number, number * 7) for number in range(1200)}
    record.add(record.number, FOLDER, many, has_begun=True)
    odd = {str(FOLDER / "in" / "bytes \udce9\n.jpg"): FileState(1, 2)}
    record.add(record.number, FOLDER, odd, [DIGEST])
    record.add(record.number, FOLDER, {str(FOLDER / "7.jpg"): FileState(8, 9)})
    found = WatchRecord(tmp_path / "workspace").progress()
    assert found.done == many | odd | {str(FOLDER / "7.jpg"): FileState(8, 9)}
    assert (found.copied, found.has_begun) == ({DIGEST}, True)


def test_new_choice_replaces_the_one_before_and_what_was_done(record: WatchRecord) -> None:
    record.begin(CHOICES[0])
    record.add(record.number, FOLDER, {str(FOLDER / "a.jpg"): FileState(1, 2)}, [DIGEST], has_begun=True)
    record.begin(CHOICES[1])
    assert record.choice() == CHOICES[1]
    assert record.progress() == WatchProgress()


def test_what_was_done_for_another_choice_is_not_added_late(record: WatchRecord) -> None:
    record.begin(CHOICES[0])
    before = record.number
    record.begin(CHOICES[2])
    record.add(before, FOLDER, {str(FOLDER / "a.jpg"): FileState(1, 2)}, [DIGEST], has_begun=True)
    assert record.progress() == WatchProgress()


def test_line_that_was_cut_off_costs_only_itself(tmp_path: Path, record: WatchRecord) -> None:
    record.begin(CHOICES[0])
    record.add(record.number, FOLDER, {str(FOLDER / "a.jpg"): FileState(1, 2)})
    path = tmp_path / "workspace" / "watch.jsonl"
    path.write_bytes(path.read_bytes() + b'\n{"done": [["b.jpg", 4')
    record.add(record.number, FOLDER, {str(FOLDER / "c.jpg"): FileState(5, 6)})
    assert list(record.progress().done) == [str(FOLDER / "a.jpg"), str(FOLDER / "c.jpg")]


@pytest.mark.parametrize(
    "line", ["7", '{"done": 7}', '{"done": [7]}', '{"done": [["a", "b", 1]]}', '{"copied": ["xyz"]}']
)
def test_odd_lines_are_passed_over(tmp_path: Path, record: WatchRecord, line: str) -> None:
    record.begin(CHOICES[0])
    path = tmp_path / "workspace" / "watch.jsonl"
    path.write_text(path.read_text() + line + "\n")
    assert record.progress() == WatchProgress()


@pytest.mark.parametrize(
    "text", ["{\n", "[]\n", '{"watch": 0}\n', '{"watch": 1, "folder": 7, "takes_present": true}\n']
)
def test_damaged_choice_is_none_and_told(
    tmp_path: Path, record: WatchRecord, expect_log: Callable[[str], None], text: str
) -> None:
    expect_log("what was watched is damaged")
    (tmp_path / "workspace" / "watch.jsonl").write_text(text)
    assert record.choice() is None
    assert record.progress() == WatchProgress()


def test_record_of_a_later_version_is_left_and_told(tmp_path: Path, record: WatchRecord) -> None:
    path = tmp_path / "workspace" / "watch.jsonl"
    path.write_text('{"watch": 2, "folders": ["/a", "/b"]}\n')
    record.disown()
    for act in (record.choice, record.progress, record.own, WatchRecord(path.parent).own):
        with pytest.raises(NewerFileError, match=r"later version of tlgui, in .*watch\.jsonl"):
            act()
    assert path.read_text() == '{"watch": 2, "folders": ["/a", "/b"]}\n'


def test_forgetting(tmp_path: Path, record: WatchRecord) -> None:
    record.begin(CHOICES[0])
    record.forget()
    record.forget()
    assert record.choice() is None
    with pytest.raises(StorageError):
        record.add(record.number, FOLDER, {"a": FileState(1, 2)})
    assert not (tmp_path / "workspace" / "watch.jsonl").exists()


def test_one_window_owns_it(tmp_path: Path, record: WatchRecord) -> None:
    other = WatchRecord(tmp_path / "workspace")
    assert not other.own()
    record.disown()
    assert other.own()
    other.disown()


def test_refusals_of_the_disk_are_errors(tmp_path: Path) -> None:
    (tmp_path / "workspace").write_text("a file")
    with pytest.raises(StorageError):
        WatchRecord(tmp_path / "workspace").own()
