"""Checkpoints give back what was written; a damaged one, and one of another training, is refused."""

import io
import json
import math
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tlgui.errors import SettingError
from tlgui.learning.arrays import Arrays
from tlgui.learning.runs.progress import CHECKPOINT, PROGRESS, read_progress
from tlgui.learning.training import checkpoint
from tlgui.learning.training.checkpoint import CheckpointWriter, SavedCheckpoint
from tlgui.learning.training.state import KeptEpoch
from tlgui.progress import EpochEnded, Event, Notice

ABOUT = {"recipe": {"epochs": 3}, "classes": ["owl", "wren", "“ä”"], "backbone": "a digest"}
# One array is stored by columns.
STATE: Arrays = [np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)), np.array(7, np.int64)]
KEPT = KeptEpoch(
    [np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)],
    np.full((4, 3), 1 / 3, np.float32),
    np.array([0, 1, 2, 0], np.intp),
)
HISTORY = (
    EpochEnded(1, 3, 1.0, 0.5, 1.1, 0.4, 0.001, 2.5, is_best=False),
    EpochEnded(2, 3, 0.5, 0.8, 0.6, 0.7, 0.001, 2.4, is_best=True, is_fine_tuning=True),
)


def writer(folder: Path, report: Callable[[Event], None] = lambda _: None) -> CheckpointWriter:
    return CheckpointWriter(folder, ABOUT, report)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a run's folder with a checkpoint of two epochs."""
    writer(tmp_path).write(HISTORY, STATE, KEPT)
    return tmp_path


def read_all(folder: Path) -> SavedCheckpoint:
    """Read a checkpoint and all its arrays."""
    saved = writer(folder).read()
    assert saved is not None
    saved.state(STATE, len(STATE))
    saved.kept(KEPT.weights)
    return saved


def test_checkpoint_gives_back_what_was_written(folder: Path) -> None:
    saved = writer(folder).read()

    assert saved is not None
    assert (saved.about, tuple(saved.history), saved.is_fine_tuning) == (ABOUT, HISTORY, True)
    kept = saved.kept(KEPT.weights)
    for found, expected in (
        *zip(saved.state(STATE, len(STATE)), STATE, strict=True),
        *zip(kept.weights, KEPT.weights, strict=True),
        (kept.probabilities, KEPT.probabilities),
        (kept.labels, KEPT.labels),
    ):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)


def test_time_goes_on_where_the_training_was_killed(folder: Path) -> None:
    again = writer(folder)
    before = again.seconds
    saved = again.read()

    assert saved is not None
    assert again.seconds >= saved.seconds + before


def test_run_without_a_checkpoint_has_none(tmp_path: Path) -> None:
    assert writer(tmp_path).read() is None
    assert CheckpointWriter(None, ABOUT, lambda _: None).read() is None


def test_closing_deletes_the_checkpoint_and_keeps_the_history(folder: Path) -> None:
    writer(folder).close()
    writer(folder).close()

    assert [path.name for path in folder.iterdir()] == [PROGRESS]
    assert read_progress(folder) == HISTORY


@pytest.mark.parametrize("name", ABOUT)
def test_checkpoint_of_another_training_is_refused(name: str, folder: Path) -> None:
    with pytest.raises(SettingError, match=f"its {name} changed"):
        CheckpointWriter(folder, {**ABOUT, name: "another"}, lambda _: None).read()


def test_disk_that_refuses_is_reported_once(tmp_path: Path) -> None:
    events: list[Event] = []
    without_a_folder = writer(tmp_path / "gone", events.append)

    for _ in range(2):
        without_a_folder.write(HISTORY, STATE, KEPT)

    (notice,) = events
    assert isinstance(notice, Notice)
    assert "the folder is not there" in notice.message


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flip_a_bit(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def _with_raw_member(name: str, data: bytes) -> Callable[[bytes], bytes]:
    """Return a function that replaces a member of a checkpoint by other bytes."""

    def change(original: bytes) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(original)) as old, zipfile.ZipFile(packed, "w") as new:
            for member in old.namelist():
                new.writestr(member, data if member == name else old.read(member))
        return packed.getvalue()

    return change


def _with_member(name: str, array: np.ndarray) -> Callable[[bytes], bytes]:
    """Return a function that replaces an array of a checkpoint."""
    packed = io.BytesIO()
    np.save(packed, array, allow_pickle=True)
    return _with_raw_member(name, packed.getvalue())


def _array_that_promises(shape: tuple[int, ...]) -> bytes:
    packed = io.BytesIO()
    np.lib.format.write_array_header_1_0(packed, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return packed.getvalue() + b"{}"


def _array_with_header(header: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_cut, id="cut off"),
        pytest.param(_with_raw_member("about.npy", _array_that_promises((10**13,))), id="more than there is"),
        pytest.param(_with_raw_member("about.npy", _array_that_promises((10**30,))), id="more than there can be"),
        pytest.param(_with_raw_member("about.npy", b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535), id="endless header"),
        pytest.param(_with_raw_member("about.npy", _array_with_header(b"{'descr': '|u1', ")), id="half a header"),
        pytest.param(_with_raw_member("about.npy", _array_with_header(b"-" * 9000 + b"1")), id="a deep header"),
        pytest.param(lambda data: data[:-22] + data[-22:-12] + b"\xff" * 4 + data[-8:], id="a directory that lies"),
        pytest.param(_flip_a_bit, id="a flipped bit"),
        pytest.param(lambda _: b"not an archive", id="another file"),
        pytest.param(_with_member("state_0.npy", np.array([print], object)), id="a pickle"),
        pytest.param(_with_member("state_0.npy", np.zeros((2, 2), np.float32)), id="another shape"),
        pytest.param(_with_member("state_0.npy", np.zeros(10**6, np.float32)), id="far too large"),
        pytest.param(_with_member("about.npy", np.frombuffer(b'{"format_version": 1}', np.uint8)), id="no history"),
        pytest.param(_with_member("exam_1.npy", np.full(4, 99)), id="a class that is not there"),
    ],
)
def test_damaged_checkpoint_is_refused(change: Callable[[bytes], bytes], folder: Path) -> None:
    read_all(folder)
    checkpoint = folder / CHECKPOINT
    checkpoint.write_bytes(change(checkpoint.read_bytes()))

    with pytest.raises(SettingError, match=r"cannot go on: what it left .* is damaged"):
        read_all(folder)


def test_checkpoint_of_a_newer_tlgui_is_refused(folder: Path) -> None:
    checkpoint = folder / CHECKPOINT
    with np.load(checkpoint) as arrays:
        about = json.loads(arrays["about"].tobytes())
    newer = np.frombuffer(json.dumps({**about, "format_version": 99}).encode(), np.uint8)
    checkpoint.write_bytes(_with_member("about.npy", newer)(checkpoint.read_bytes()))

    with pytest.raises(SettingError, match="a newer tlgui began it"):
        writer(folder).read()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_pipe_in_the_place_of_a_checkpoint_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / CHECKPOINT)
    os.mkfifo(tmp_path / PROGRESS)

    with pytest.raises(SettingError, match="cannot be read: it is no file but a pipe"):
        writer(tmp_path).read()
    assert read_progress(tmp_path) == ()


def test_checkpoint_of_a_short_epoch_is_written_with_a_later_one_or_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "LARGEST_SHARE", 1e-9)
    short = writer(tmp_path)
    later = [np.asarray(array + 1) for array in STATE]
    given = [array.copy() for array in later]

    short.write(HISTORY[:1], STATE, KEPT)
    short.write(HISTORY, given, KEPT)
    for array in given:
        array[...] = 0
    assert read_progress(tmp_path) == HISTORY[:1]
    short.flush()

    assert read_progress(tmp_path) == HISTORY
    saved = read_all(tmp_path)
    assert tuple(saved.history) == HISTORY
    assert all(map(np.array_equal, saved.state(STATE, len(STATE)), later))
    (tmp_path / CHECKPOINT).unlink()
    short.flush()
    assert not (tmp_path / CHECKPOINT).exists()


def test_long_epochs_each_have_their_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "LARGEST_SHARE", math.inf)
    long = writer(tmp_path)

    for count in (1, 2):
        long.write(HISTORY[:count], STATE, KEPT)
        assert read_progress(tmp_path) == HISTORY[:count]
