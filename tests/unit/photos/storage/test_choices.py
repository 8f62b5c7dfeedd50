import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tlgui import files
from tlgui.errors import StorageError
from tlgui.photos.layouts import ClassSource, LabelTable, LayoutChoice
from tlgui.photos.storage.choices import Choices


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pets"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "data" / "workspace"


@pytest.fixture
def choices(workspace: Path, folder: Path) -> Choices:
    return Choices(workspace, folder)


def test_nothing_is_chosen_and_nothing_is_made_at_first(choices: Choices, workspace: Path) -> None:
    assert (choices.left_out(), choices.shown_names(), choices.arrivals()) == (frozenset(), {}, {})
    assert not workspace.exists()


def test_photos_left_out_are_remembered_and_can_be_used_again(choices: Choices, workspace: Path, folder: Path) -> None:
    paths = [folder / "cat" / name for name in ("a.jpg", "صورة.jpg", "two\nlines.jpg", os.fsdecode(b"caf\xe9.jpg"))]
    choices.leave_out(paths[:2])
    choices.leave_out(paths[1:])
    choices.show_as("cat", "Cats")

    assert Choices(workspace, folder).left_out() == frozenset(paths)

    choices.use_again(paths[:3])
    assert Choices(workspace, folder).left_out() == frozenset(paths[3:])
    assert choices.shown_names() == {"cat": "Cats"}


def test_choices_go_along_when_the_folder_is_reached_by_another_path(choices: Choices, workspace: Path) -> None:
    choices.leave_out([Path("/elsewhere/a.jpg")])
    Choices(workspace, Path("/mnt/pets")).leave_out([Path("/mnt/pets/cat/a.jpg")])

    assert Choices(workspace, Path("/media/pets")).left_out() == {
        Path("/media/pets/cat/a.jpg"),
        Path("/elsewhere/a.jpg"),
    }


def test_class_is_shown_as_the_user_says_until_that_is_taken_back(choices: Choices) -> None:
    choices.show_as("cat", "  Big\ncats ")
    choices.show_as("dog", "Hund")
    assert choices.shown_names() == {"cat": "Big cats", "dog": "Hund"}

    choices.show_as("cat", "cat")
    choices.show_as("dog", "  ")
    assert choices.shown_names() == {}


def test_arrivals_are_added_to_and_kept(choices: Choices, workspace: Path, folder: Path) -> None:
    first = {f"cat/{number}.jpg": 0 for number in range(1203)}
    choices.record_arrivals(first)
    choices.record_arrivals({"cat/new.jpg": 1})

    assert Choices(workspace, folder).arrivals() == first | {"cat/new.jpg": 1}


def test_moved_photo_keeps_its_arrival_and_stays_left_out(choices: Choices, folder: Path) -> None:
    choices.record_arrivals({"cat/a.jpg": 0, "cat/b.jpg": 1, "dog/c.jpg": 2})
    choices.leave_out([folder / "cat" / "a.jpg"])
    pairs = [(folder / "cat" / name, folder / "dog" / name) for name in ("a.jpg", "b.jpg", "unknown.jpg")]

    choices.moved(pairs)
    assert choices.arrivals() == {"dog/a.jpg": 0, "dog/b.jpg": 1, "dog/c.jpg": 2}
    assert choices.left_out() == {folder / "dog" / "a.jpg"}

    choices.moved([(new, old) for old, new in pairs])
    assert choices.arrivals() == {"cat/a.jpg": 0, "cat/b.jpg": 1, "dog/c.jpg": 2}
    assert choices.left_out() == {folder / "cat" / "a.jpg"}


def test_photos_that_change_places_keep_their_own_arrivals(choices: Choices, folder: Path) -> None:
    choices.record_arrivals({"a.jpg": 0, "b.jpg": 1})

    choices.moved([(folder / "a.jpg", folder / "b.jpg"), (folder / "b.jpg", folder / "a.jpg")])

    assert choices.arrivals() == {"a.jpg": 1, "b.jpg": 0}


def test_good_part_of_a_damaged_file_is_kept_and_the_file_set_aside(
    choices: Choices, workspace: Path, folder: Path
) -> None:
    choices.leave_out([folder / "cat" / f"{number}.jpg" for number in range(9)])
    choices.show_as("cat", "Cats")
    path = workspace / "choices.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    odd = [b"\xff\x00 rubbish\n", b'["left out", 7]\n', b"[" * 100_000 + b"\n"]
    damaged = b"".join([*lines[:3], *odd, *lines[5:-1], lines[-1][:-5]])
    path.write_bytes(damaged)

    again = Choices(workspace, folder)

    assert {path.stem for path in again.left_out()} == {"0", "1", "2", "5", "6", "7", "8"}
    assert again.shown_names() == {}
    assert (workspace / "choices.jsonl.damaged").read_bytes() == damaged
    again.show_as("cat", "Katzen")
    assert len(again.left_out()) == 7


def test_photo_left_out_under_another_spelling_can_be_used_again(
    choices: Choices, workspace: Path, folder: Path
) -> None:
    choices.leave_out([folder / "cat" / "a.jpg"])
    path = workspace / "choices.jsonl"
    path.write_bytes(path.read_bytes().replace(b"cat/", b"cat//./"))
    assert choices.left_out() == {folder / "cat" / "a.jpg"}

    choices.use_again(choices.left_out())

    assert choices.left_out() == frozenset()


def test_damaged_arrivals_are_kept_as_far_as_they_are_good(choices: Choices, workspace: Path) -> None:
    choices.record_arrivals({"a.jpg": 0, "b.jpg": 1})
    path = workspace / "arrivals.jsonl"
    path.write_bytes(b'[0, "a.jpg"]\n{"x": 1}\n' + path.read_bytes().splitlines()[1])

    assert choices.arrivals() == {"b.jpg": 1}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_pipe_in_the_place_of_the_choices_chooses_nothing(choices: Choices, workspace: Path) -> None:
    choices.show_as("cat", "Cats")
    for path in list(workspace.iterdir()):
        path.unlink()
        os.mkfifo(path)

    assert choices.shown_names() == {}


def test_disk_that_refuses_is_said_and_the_choices_stay(choices: Choices, workspace: Path, folder: Path) -> None:
    workspace.parent.mkdir()
    workspace.write_text("in the way")

    with pytest.raises(StorageError):
        choices.leave_out([folder / "a.jpg"])
    with pytest.raises(StorageError):
        choices.record_arrivals({"a.jpg": 0})
    assert choices.left_out() == frozenset()


def test_full_disk_leaves_the_choices_as_they_were(
    choices: Choices, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices.leave_out([folder / "a.jpg"])

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageError, match="full"):
        choices.leave_out([folder / "b.jpg"])

    assert choices.left_out() == {folder / "a.jpg"}


_WRITER = """
import sys
from pathlib import Path
from tlgui.photos.storage.choices import Choices
folder = Path("/pets")
choices = Choices(Path(sys.argv[1]), folder)
print("ready", flush=True)
for number in range(100_000):
    paths = [folder / f"{place}.jpg" for place in range(300)]
    choices.leave_out(paths)
    print("out", flush=True)
    choices.use_again(paths)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_kill_at_any_time_leaves_the_old_choices_or_the_new(workspace: Path) -> None:
    folder = Path("/pets")
    for delay in range(6):
        process = subprocess.Popen([sys.executable, "-c", _WRITER, str(workspace)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(1 + 3 * delay):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()

        assert len(Choices(workspace, folder).left_out()) in {0, 300}
        assert not (workspace / "choices.jsonl.damaged").exists()


def test_choices_lie_in_the_workspace_and_not_among_the_photos(folder: Path) -> None:
    folder.mkdir()
    Choices(files.workspace_path(folder), folder).leave_out([folder / "a.jpg"])

    assert list(folder.iterdir()) == []
    assert (files.workspace_path(folder) / "choices.jsonl").is_file()


@pytest.mark.parametrize(
    "choice",
    [
        LayoutChoice(ClassSource.INNER_FOLDERS),
        LayoutChoice(ClassSource.NAMES, uses_split=False),
        LayoutChoice(uses_split=False),
        LayoutChoice(ClassSource.TABLE, table=LabelTable(Path("/elsewhere").absolute() / "labels.csv", "species")),
    ],
)
def test_layout_is_kept_beside_the_other_choices(choices: Choices, folder: Path, choice: LayoutChoice) -> None:
    photo = folder / "robin" / "a.jpg"
    choices.leave_out([photo])
    assert choices.layout() == LayoutChoice()

    choices.choose_layout(choice)
    choices.show_as("robin", "Robin")

    assert choices.layout() == choice
    assert choices.left_out() == {photo}
    choices.choose_layout(LayoutChoice())
    assert choices.layout() == LayoutChoice()


def test_layout_table_inside_the_folder_moves_with_it(workspace: Path, folder: Path, tmp_path: Path) -> None:
    table = LabelTable(folder / "labels.csv")
    Choices(workspace, folder).choose_layout(LayoutChoice(ClassSource.TABLE, table=table))

    moved = Choices(workspace, tmp_path / "elsewhere").layout()

    assert moved.table == LabelTable(tmp_path / "elsewhere" / "labels.csv")


@pytest.mark.parametrize(
    "line",
    [
        '["layout", {"split": 1}]',
        '["layout", {"split": true, "classes_from": "stars"}]',
        '["layout", []]',
        '["layout", {"split": true, "classes_from": "table"}]',
        '["layout", {"split": true, "table": "a.csv"}]',
    ],
)
def test_layout_that_is_damaged_is_none(choices: Choices, workspace: Path, line: str) -> None:
    workspace.mkdir(parents=True)
    (workspace / "choices.jsonl").write_text(f'["left out", "robin/a.jpg"]\n{line}\n')

    assert choices.layout() == LayoutChoice()
    assert len(choices.left_out()) == 1


def test_labels_are_kept_and_follow_photos_that_move(choices: Choices, folder: Path) -> None:
    labels = {f"photos/{number}.jpg": "owl" if number % 2 else "wren" for number in range(1200)}
    choices.store_labels(labels)
    assert choices.labels() == labels

    choices.moved([(folder / "photos" / "1.jpg", folder / "more" / "1.jpg")])

    del labels["photos/1.jpg"]
    assert choices.labels() == labels | {"more/1.jpg": "owl"}


def test_photos_called_right_are_remembered_by_their_bytes(choices: Choices, workspace: Path, folder: Path) -> None:
    digests = [f"{number:064x}" for number in range(1203)]
    assert choices.confirmed() == frozenset()
    choices.confirm(digests[:700])
    choices.confirm(digests[600:])
    choices.moved([(folder / "cat" / "a.jpg", folder / "dog" / "a.jpg")])
    assert Choices(workspace, folder).confirmed() == frozenset(digests)

    choices.take_back([*digests[3:], "f" * 64])
    assert Choices(workspace, folder).confirmed() == frozenset(digests[:3])


def test_damaged_answers_are_set_aside_and_the_others_kept(choices: Choices, workspace: Path) -> None:
    choices.confirm([f"{number:064x}" for number in range(3)])
    path = workspace / "answers.jsonl"
    damaged = path.read_bytes() + b'["is right", ["no digest"]]\n["is wrong", []]\n["is right", ['
    path.write_bytes(damaged)

    assert choices.confirmed() == {f"{number:064x}" for number in range(3)}
    assert (workspace / "answers.jsonl.damaged").read_bytes() == damaged
    assert len(path.read_bytes().splitlines()) == 1
