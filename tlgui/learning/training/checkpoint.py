"""Checkpoints: the state of a training after its epochs, so that a kill loses only the epoch in progress.

Of epochs that take only a few times as long as writing, a kill may lose some more: a fraction of a second in all.

A checkpoint is one NumPy archive of plain arrays in the folder of the run. The file is not trusted: nothing is
unpickled, and no array is read whose size is not the one that the network needs.
"""

import io
import json
import math
import time
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tlgui.errors import SettingError, StorageError
from tlgui.files import atomic_open, open_regular, why_unreadable
from tlgui.files.zip_archive import open_numbered
from tlgui.learning.arrays import Arrays
from tlgui.learning.model_file.manifest import epochs_from, epochs_json
from tlgui.learning.recipes.fields import Fields
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.runs.progress import CHECKPOINT, not_kept, write_progress
from tlgui.learning.training.state import KeptEpoch
from tlgui.photos.collection import MOST_CLASSES
from tlgui.progress import EpochEnded, Event

# The most of a training that may be spent on writing checkpoints. One takes 10 to 25 ms, an epoch on features 80 ms.
LARGEST_SHARE = 0.1

# Version 1 has the learning rate among the variables of the optimizer.
FORMAT_VERSION = 2

_MOST_ABOUT_BYTES = 64 * 2**20
_MOST_PHOTOS = 10**8
# More than all weights of a network and the variables of its optimizer.
_MOST_ARRAYS = 50_000
# The version of NumPy's array format that has short headers.
_ARRAY_VERSION = (1, 0)
# Largest header of an array.
_HEADER_BYTES = 4096
_HINT = "Train again from the beginning."


class CheckpointWriter:
    """Writes a checkpoint and the history of one training after its epochs.

    Where epochs are short, some are left out, so that writing takes at most a tenth of the training; `flush` writes the
    last one. If the disk refuses, the training continues without.

    Args:
        folder: The run's folder; None writes nothing.
        about: The settings that the training depends on, as plain values; a training with others must not resume from
            the checkpoint.
        report: Called once with a notice if the disk refuses.

    Attributes:
        was_refused: Whether the disk refused.
    """

    def __init__(self, folder: Path | None, about: dict[str, Any], report: Callable[[Event], None]) -> None:
        self._folder = folder
        self._about = about
        self._report = report
        self.was_refused = False
        self._seconds_before = 0.0
        self._started = time.monotonic()
        self._unwritten: tuple[Sequence[EpochEnded], Arrays, KeptEpoch] | None = None
        self._next_write = 0.0

    @property
    def seconds(self) -> float:
        """How long the training took so far, including the time before it was killed."""
        return self._seconds_before + time.monotonic() - self._started

    def write(self, history: Sequence[EpochEnded], state: Arrays, kept: KeptEpoch) -> None:
        """Write the checkpoint of a complete epoch, now or with the next one or by `flush`.

        Args:
            history: All epochs so far.
            state: From `CompiledModel.state`.
            kept: The kept epoch.
        """
        if self._folder is None:
            return
        is_due = time.monotonic() >= self._next_write
        # TensorFlow may go on to use the memory of the arrays.
        self._unwritten = history, state if is_due else [array.copy() for array in state], kept
        if is_due:
            self.flush()

    def flush(self) -> None:
        """Write the last checkpoint that was given, unless that is done; if the disk refuses, the older one remains."""
        if self._folder is None or self._unwritten is None:
            return
        unwritten, self._unwritten = self._unwritten, None
        start = time.monotonic()
        try:
            self._write(self._folder, *unwritten)
        except StorageError as error:
            if not self.was_refused:
                self.was_refused = True
                self._report(not_kept(error))
        now = time.monotonic()
        self._next_write = now + (now - start) / LARGEST_SHARE

    def _write(self, folder: Path, history: Sequence[EpochEnded], state: Arrays, kept: KeptEpoch) -> None:
        seconds = self.seconds
        about = {
            "format_version": FORMAT_VERSION,
            "about": self._about,
            "history": epochs_json(history),
            "seconds": seconds,
            "examples": len(kept.labels),
            "classes": kept.probabilities.shape[1],
        }
        groups: dict[str, Sequence[NDArray[Any]]] = {
            "state": state,
            "weights": kept.weights,
            "exam": [kept.probabilities, kept.labels.astype(np.int64)],
        }
        arrays = {f"{name}_{place}": array for name, group in groups.items() for place, array in enumerate(group)}
        about_array = np.frombuffer(json.dumps(about).encode("ascii"), np.uint8)
        with atomic_open(folder / CHECKPOINT, is_interim=True) as stream:
            np.savez(stream, allow_pickle=False, about=about_array, **arrays)
        write_progress(folder, history, seconds)

    def read(self) -> "SavedCheckpoint | None":
        """Return the checkpoint of a killed training; None if it had no complete epoch.

        Raises:
            SettingError: The checkpoint is damaged, or is one of a training with other settings.
        """
        path = self._folder / CHECKPOINT if self._folder else None
        if path is None or not path.exists():
            return None
        saved = SavedCheckpoint(path)
        for name in sorted(self._about):
            if _with_defaults(name, saved.about.get(name)) != _with_defaults(name, self._about[name]):
                raise SettingError(f"The training cannot go on: its {name} changed since it was broken off.", _HINT)
        self._seconds_before = saved.seconds
        return saved

    def close(self) -> None:
        """Delete the checkpoint after the model was written; the history stays."""
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / CHECKPOINT).unlink(missing_ok=True)


def _with_defaults(name: str, value: Any) -> Any:  # noqa: ANN401 - plain values of JSON
    """Return an entry of `about`; settings of the recipe that an earlier version did not have take their defaults."""
    if name != "recipe":
        return value
    with suppress(SettingError):
        return Recipe.from_json(value).settings()
    return value


class SavedCheckpoint:
    """A checkpoint file, whose content is checked as it is read.

    Args:
        path: The file.

    Attributes:
        about: The settings that the training depends on.
        history: Its complete epochs.
        seconds: How long it took.

    Raises:
        SettingError: The file is damaged, or a newer tlgui wrote it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            data = json.loads(self._read("about", np.uint8, None, _MOST_ABOUT_BYTES).tobytes())
            fields = Fields(data, "checkpoint")
            self._version = fields.whole("format_version", 1, 1_000_000)
            self.about = fields.mapping("about")
            self.history = epochs_from(fields.raw("history"))
            self.seconds = fields.number("seconds", low=0)
            self._examples = fields.whole("examples", 1, _MOST_PHOTOS)
            self._classes = fields.whole("classes", 1, MOST_CLASSES)
        except (ValueError, RecursionError) as error:
            raise self._damaged() from error
        if self._version > FORMAT_VERSION:
            raise SettingError("The training cannot go on: a newer tlgui began it.", "Update tlgui.")
        if not self.history:
            raise self._damaged()

    @property
    def is_fine_tuning(self) -> bool:
        """Whether it is from the phase that trains the backbone after the head."""
        return self.history[-1].is_fine_tuning

    def state(self, like: Sequence[NDArray[Any]], rate_index: int) -> Arrays:
        """Return the arrays for `CompiledModel.restore`.

        Args:
            like: The state of a model with the same layers and optimizer, for shapes and types.
            rate_index: See `CompiledModel.rate_index`.

        Raises:
            SettingError: The file is damaged.
        """
        skipped = rate_index if self._version == 1 else len(like)
        return [self._array(f"state_{i + (i >= skipped)}", array.dtype, array.shape) for i, array in enumerate(like)]

    def kept(self, like: Sequence[NDArray[Any]]) -> KeptEpoch:
        """Return the kept epoch.

        Args:
            like: The weights of a model with the same layers, for shapes and types.

        Raises:
            SettingError: The file is damaged.
        """
        shape = (self._examples, self._classes)
        probabilities = self._array("exam_0", np.dtype(np.float32), shape)
        labels = self._array("exam_1", np.dtype(np.int64), shape[:1]).astype(np.intp)
        if not ((labels >= 0) & (labels < self._classes)).all():
            raise self._damaged()
        return KeptEpoch(self._group("weights", like), probabilities, labels)

    def _group(self, name: str, like: Sequence[NDArray[Any]]) -> Arrays:
        return [self._array(f"{name}_{place}", array.dtype, array.shape) for place, array in enumerate(like)]

    def _array(self, name: str, kind: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        size = kind.itemsize * int(np.prod(shape))
        return self._read(name, kind, shape, size)

    def _read(self, name: str, kind: Any, shape: tuple[int, ...] | None, most_bytes: int) -> NDArray[Any]:  # noqa: ANN401 - NumPy's own
        """Return one array, whose size is checked before it is read."""
        try:
            with (
                open_regular(self._path) as stream,
                open_numbered(stream, _MOST_ARRAYS, may_be_large=True) as archive,
            ):
                member = archive.getinfo(f"{name}.npy")
                if member.compress_type != zipfile.ZIP_STORED or member.file_size > most_bytes + _HEADER_BYTES:
                    raise self._damaged()
                array = _array_in(archive.read(member))
        except OSError as error:
            why = why_unreadable(error)
            raise SettingError(f"The training cannot go on: “{self._path}” cannot be read: {why}.", _HINT) from error
        except (LookupError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            raise self._damaged() from error
        if array.dtype != kind or (shape is not None and array.shape != shape):
            raise self._damaged()
        return array

    def _damaged(self) -> SettingError:
        return SettingError("The training cannot go on: what it left after its last epoch is damaged.", _HINT)


def _array_in(data: bytes) -> NDArray[Any]:
    """Return the array in a file of NumPy's format; takes no more memory than the data.

    Raises:
        ValueError: The data are no array of numbers, or their size is not that of the header.
    """
    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != _ARRAY_VERSION:
        raise ValueError("no plain array")
    try:
        shape, is_by_columns, kind = np.lib.format.read_array_header_1_0(stream)
    except (tokenize.TokenError, RecursionError, MemoryError) as error:
        # The header is short: Python's parser raises MemoryError for deep nesting too.
        raise ValueError("no plain array") from error
    size = len(data) - stream.tell()
    if kind.hasobject or math.prod(shape) * kind.itemsize != size:
        raise ValueError("an array of another size than it says")
    array = np.frombuffer(data, kind, offset=stream.tell()).reshape(shape, order="F" if is_by_columns else "C")
    return array.copy()
