"""Untrusted HDF5 files of weights: every object is checked before an array is read.

An HDF5 file can hold more than arrays: external data, virtual datasets, compressed data, texts of any length. Keras
uses none of these for weights, and none is accepted: an array that is read is in the file itself, as plain numbers,
and no larger than the file.
"""

import contextlib
import io
import math
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any, BinaryIO, Self

import h5py
import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from tlgui.files.zip_archive import DamagedError, UntrustedError
from tlgui.learning.backbones.text_lengths import text_lengths

Shape = tuple[int, ...]

_MOST_OBJECTS = 50_000
_MOST_NAME_BYTES = 2**20
_LONGEST_NAME = 1024
_MOST_PIECE_BYTES = 2**16
_CHUNK_BYTES = 2**20
_LARGEST_NUMBER = 8  # bytes
_PLAIN_LAYOUTS = frozenset({h5py.h5d.COMPACT, h5py.h5d.CONTIGUOUS})
_PLAIN_CLASSES = frozenset({h5py.h5t.FLOAT, h5py.h5t.INTEGER})
# What h5py raises on a damaged file depends on the damaged byte.
_ERRORS = (OSError, RuntimeError, LookupError, ValueError, TypeError, MemoryError, AttributeError, ArithmeticError)


class WeightsFile:
    """An HDF5 file whose objects were all checked; a context manager.

    Args:
        stream: The file, open for reading; it is not closed.

    Raises:
        UntrustedError: It holds anything but arrays of plain numbers, links to other files, or is damaged.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._size = stream.seek(0, 2)
        self._name_bytes = 0
        self._short: set[tuple[str, int]] = set()
        self._stream = _BoundedReads(stream)
        self._groups: dict[str, h5py.h5g.GroupID] = {}
        self._datasets: dict[str, h5py.h5d.DatasetID] = {}
        with _refusing():
            # From the open file, not from its path, where another file could be by now.
            self._file = h5py.File(self._stream, "r")
            try:
                self._check_all(self._file.id)
            except BaseException:
                self._file.close()
                raise

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the HDF5 file."""
        self._groups.clear()
        self._datasets.clear()
        with _refusing():
            self._file.close()

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shape of each array, by its path such as `layers/conv2d/vars/0`."""
        return {path: tuple(dataset.shape) for path, dataset in self._datasets.items()}

    def has_names(self, group: str, attribute: str) -> bool:
        """Return whether a group has an attribute.

        Args:
            group: The group's path; empty for the root.
            attribute: The attribute's name.
        """
        with _refusing():
            return group in self._groups and bool(h5py.h5a.exists(self._groups[group], attribute.encode()))

    def names(self, group: str, attribute: str) -> list[str]:
        """Return the list of names in an attribute of a group.

        Args:
            group: The group's path; empty for the root.
            attribute: The attribute's name.

        Returns:
            The names in the order of the file.

        Raises:
            UntrustedError: There is no such list, or it is no list of short texts.
        """
        with _refusing():
            group_id = self._groups[group]
            found = h5py.h5a.open(group_id, attribute.encode())
            kind, count = found.get_type(), found.get_space().get_simple_extent_npoints()
            if not count:
                # h5py writes an empty list as one of numbers.
                return []
            if not isinstance(kind, h5py.h5t.TypeStringID):
                raise UntrustedError(f"“{attribute}” in it is no list of names")
            self._name_bytes += count * kind.get_size()
            if self._name_bytes > _MOST_NAME_BYTES:
                raise UntrustedError("its lists of names are far too long")
            if kind.is_variable_str() and not self._are_short(attribute):
                raise UntrustedError("its lists of names are far too long")
            return [_text(text) for text in h5py.Group(group_id).attrs[attribute]]

    def _are_short(self, attribute: str) -> bool:
        """Return whether all texts of an attribute are short, as far as HDF5 has read the file."""
        known = attribute, self._stream.piece_count
        if known in self._short:
            return True
        lengths = [length for part in self._stream.parts_read() for length in text_lengths(part, attribute)]
        if not lengths or max(lengths) > _LONGEST_NAME:
            return False
        self._short.add(known)
        return True

    def read(self, path: str) -> NDArray[np.float32]:
        """Return an array.

        Args:
            path: Its path, such as `layers/conv2d/vars/0`.

        Returns:
            Its values as float32.

        Raises:
            UntrustedError: They are whole numbers, or not finite.
        """
        with _refusing(), np.errstate(all="ignore"):
            dataset = self._datasets[path]
            values = np.empty(dataset.shape, dataset.dtype)
            if values.size:
                with self._stream.large_reads():
                    dataset.read(h5py.h5s.ALL, h5py.h5s.ALL, values)
            values = np.asarray(values, np.float32) if values.dtype.kind == "f" else values
        if values.dtype != np.float32:
            raise UntrustedError("it holds whole numbers where weights should be")
        if not np.isfinite(values).all():
            raise DamagedError("it holds weights that are no finite numbers")
        return values

    def _check_all(self, root: h5py.h5g.GroupID) -> None:
        """Check every object of the file; links to other files are refused."""
        self._groups[""] = h5py.h5g.open(root, b"/")
        waiting, seen, byte_count = [""], {h5py.h5o.get_info(self._groups[""]).addr}, 0
        while waiting:
            above = waiting.pop()
            for name, item in _items(self._groups[above]):
                path = f"{above}/{name}" if above else name
                address = h5py.h5o.get_info(item).addr
                if address in seen or len(seen) >= _MOST_OBJECTS:
                    raise UntrustedError("it holds more parts than weights have")
                seen.add(address)
                if isinstance(item, h5py.h5g.GroupID):
                    self._groups[path] = item
                    waiting.append(path)
                else:
                    self._datasets[path] = item
                    byte_count += _checked_bytes(item, path)
                    if byte_count > self._size:
                        raise UntrustedError("it promises more numbers than it holds")


class _BoundedReads(io.RawIOBase):
    """A file of which HDF5 may read at most 64 KiB at a time, except for arrays, which `large_reads` allows.

    In files that Keras wrote, only arrays are larger: texts are in heaps of at most 64 KiB.

    Args:
        stream: The file, open for reading.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._largest: int | None = _MOST_PIECE_BYTES
        self._pieces: set[tuple[int, int]] = set()

    @override
    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    @override
    def seekable(self) -> bool:
        """Return that it can be read at any place."""
        return True

    @override
    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to an offset, and return the new position."""
        return self._stream.seek(offset, whence)

    @override
    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, and return the number of bytes read."""
        if self._largest is not None and len(buffer) > self._largest:
            raise OSError("a part of it is far too large")
        view, done = memoryview(buffer), 0
        if self._largest is not None:
            self._pieces.add((self._stream.tell(), len(view)))
        while data := self._stream.read(min(len(view) - done, _CHUNK_BYTES)):
            view[done : done + len(data)] = data
            done += len(data)
        return done

    @property
    def piece_count(self) -> int:
        """Number of different pieces that HDF5 has read outside `large_reads`."""
        return len(self._pieces)

    def parts_read(self) -> Iterator[bytes]:
        """Yield the pieces that HDF5 has read outside `large_reads`; adjacent ones are joined."""
        start = end = 0
        for place, size in [*sorted(self._pieces), (sys.maxsize, 0)]:
            if place > end:
                self._stream.seek(start)
                yield self._stream.read(end - start)
                start = place
            end = max(end, place + size)

    @contextlib.contextmanager
    def large_reads(self) -> Iterator[None]:
        """Allow HDF5 to read pieces of any size."""
        self._largest = None
        try:
            yield
        finally:
            self._largest = _MOST_PIECE_BYTES


def _text(name: str | bytes) -> str:
    return name if isinstance(name, str) else name.decode("utf-8")


def _items(group: h5py.h5g.GroupID) -> Iterator[tuple[str, Any]]:
    names: list[bytes] = []
    # A value other than None ends the iteration.
    group.links.iterate(lambda name: names.append(name) if len(names) <= _MOST_OBJECTS else name)
    for name in names:
        if group.links.get_info(name).type != h5py.h5l.TYPE_HARD:
            raise UntrustedError(f"“{_shown(name)}” in it leads to another place or file")
        yield name.decode("utf-8"), h5py.h5o.open(group, name)


def _checked_bytes(dataset: Any, path: str) -> int:  # noqa: ANN401 - h5py has no types
    """Check a dataset, of which nothing is read, and return the bytes that its array takes in memory."""
    shown = _shown(path)
    if not isinstance(dataset, h5py.h5d.DatasetID):
        raise UntrustedError(f"“{shown}” in it is neither a group nor an array")
    stored = dataset.get_create_plist()
    if stored.get_external_count():
        raise UntrustedError(f"“{shown}” in it lies in another file")
    if stored.get_layout() not in _PLAIN_LAYOUTS or stored.get_nfilters():
        raise UntrustedError(f"“{shown}” in it is compressed or put together from parts, which Keras never does")
    kind = dataset.get_type()
    if kind.get_class() not in _PLAIN_CLASSES or kind.get_size() > _LARGEST_NUMBER:
        raise UntrustedError(f"“{shown}” in it holds something else than numbers")
    byte_count: int = math.prod(dataset.shape) * max(int(kind.get_size()), int(dataset.dtype.itemsize))
    if dataset.get_storage_size() < math.prod(dataset.shape) * int(kind.get_size()):
        raise UntrustedError(f"“{shown}” in it promises more numbers than it holds")
    return byte_count


def _shown(name: str | bytes) -> str:
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    return text[-100:]


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Raise the errors of h5py on a damaged file as one `DamagedError`."""
    try:
        yield
    except UntrustedError:
        raise
    except _ERRORS as error:
        raise DamagedError("it is damaged or not a weights file") from error
