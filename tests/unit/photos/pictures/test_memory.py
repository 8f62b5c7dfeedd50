"""Decoding takes no more memory than a picture's pixels need, and several large ones wait for each other."""

import json
import struct
import subprocess
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from PIL import Image

from tests import pictures
from tlgui.photos.collection import ProblemKind
from tlgui.photos.pictures import memory
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.pictures.memory import MemoryBudget, needed_bytes
from tlgui.photos.pictures.opening import UnusablePhotoError

WAIT_SECONDS = 10.0
MEGABYTES = 1 << 20
# Width and height of pictures whose files are small.
SIDE = 8000
GREY, RGB, PALETTE, RGBA = 0, 2, 3, 6


class Taking:
    """Threads that hold room until they are told to let go."""

    def __init__(self, budget: MemoryBudget) -> None:
        self._budget = budget
        self._pool = ThreadPoolExecutor(8)
        self._lock = threading.Lock()
        self._let_go: dict[str, threading.Event] = {}
        self._has: dict[str, threading.Event] = {}

    def take(self, name: str, count: int) -> None:
        self._let_go[name], self._has[name] = threading.Event(), threading.Event()
        asked = len(self._budget._waiting) + 1
        self._pool.submit(self._hold, name, count)
        while not self._has[name].is_set() and len(self._budget._waiting) < asked:
            threading.Event().wait(0.001)

    def _hold(self, name: str, count: int) -> None:
        with self._budget.room(count):
            self._has[name].set()
            self._let_go[name].wait(WAIT_SECONDS)

    def let_go(self, name: str) -> None:
        self._let_go[name].set()

    def gets(self, name: str) -> bool:
        return self._has[name].wait(WAIT_SECONDS)

    def has(self, name: str) -> bool:
        return self._has[name].is_set()

    def end(self) -> None:
        for event in self._let_go.values():
            event.set()
        self._pool.shutdown()


def test_what_does_not_fit_waits_and_is_not_overtaken() -> None:
    taking = Taking(MemoryBudget(100))
    taking.take("first", 60)
    taking.take("large", 70)
    taking.take("small", 10)

    assert [taking.has(name) for name in ("first", "large", "small")] == [True, False, False]

    taking.let_go("first")

    assert taking.gets("large")
    assert taking.gets("small")
    taking.end()


def test_what_is_larger_than_all_room_is_alone() -> None:
    taking = Taking(MemoryBudget(100))
    taking.take("first", 10)
    taking.take("huge", 1000)
    assert not taking.has("huge")
    taking.let_go("first")
    assert taking.gets("huge")
    taking.take("next", 1)
    assert not taking.has("next")

    taking.let_go("huge")

    assert taking.gets("next")
    taking.end()


def test_room_is_given_back_after_an_error() -> None:
    budget = MemoryBudget(10)

    with pytest.raises(ValueError, match="damaged"), budget.room(10):
        raise ValueError("damaged")

    with budget.room(10):
        pass


def test_drafted_jpeg_needs_little() -> None:
    image = Image.new("RGB", (4000, 3000))

    assert needed_bytes(image) == 4 * 12_000_000
    assert needed_bytes(image.resize((500, 375))) < MEGABYTES
    assert needed_bytes(image.convert("RGBA")) == 8 * 12_000_000


def test_large_photo_is_refused_in_words_where_there_is_too_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pictures.write_png(tmp_path / "a.png", 300, 200)
    monkeypatch.setattr(memory, "LARGE_BYTES", 1000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=5000))

    with pytest.raises(UnusablePhotoError) as caught:
        read_photo(path, 16)

    assert caught.value.kind is ProblemKind.TOO_LARGE
    assert "not enough memory" in caught.value.message
    assert not caught.value.is_lasting


def write_small_file(path: Path, bits: int, kind: int, bytes_a_pixel: int, extra: bytes = b"") -> Path:
    """Write a PNG of 64 million pixels in stripes, a few kilobytes long."""
    packer = zlib.compressobj(1)
    rows = [packer.compress(bytes([0]) + bytes([stripe % 250]) * (SIDE * bytes_a_pixel)) for stripe in range(SIDE)]
    content = [
        (b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, bits, kind, 0, 0, 0)),
        *([(b"PLTE", bytes(range(256)) * 3), (b"tRNS", extra)] if extra else []),
        (b"IDAT", b"".join([*rows, packer.flush()])),
        (b"IEND", b""),
    ]
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in content
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    return path


_SCRIPT = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tlgui.photos.pictures.decode import read_thumbnail

def kilobytes(name):
    return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith(name))

before = kilobytes("VmRSS")
with ThreadPoolExecutor(8) as pool:
    shapes = list(pool.map(lambda path: read_thumbnail(Path(path), 256).shape, sys.argv[1:]))
print(json.dumps([shapes, 1024 * (kilobytes("VmHWM") - before)]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the most memory a process had is asked of Linux")
@pytest.mark.parametrize(
    ("bits", "kind", "bytes_a_pixel", "extra", "most_bytes_a_pixel"),
    [(8, RGBA, 4, b"", 4), (16, GREY, 2, b"", 2), (16, RGB, 6, b"", 4), (8, PALETTE, 1, bytes(range(256)), 1)],
    ids=["transparent", "16-bit grey", "16-bit colours", "transparent palette"],
)
def test_small_files_of_many_pixels_take_the_memory_of_their_pixels_alone(
    tmp_path: Path, bits: int, kind: int, bytes_a_pixel: int, extra: bytes, most_bytes_a_pixel: int
) -> None:
    first = write_small_file(tmp_path / "0.png", bits, kind, bytes_a_pixel, extra)
    paths = [first, *(tmp_path / f"{number}.png" for number in (1, 2, 3))]
    for path in paths[1:]:
        path.write_bytes(first.read_bytes())

    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *map(str, paths)], capture_output=True, text=True, check=True, timeout=300
    )

    shapes, taken = json.loads(done.stdout)
    assert shapes == [[256, 256, 3]] * 4
    # As many at a time as the budget has room for, and strips of them.
    pixels = SIDE * SIDE
    at_a_time = max(1, memory.BUDGET_BYTES // (pixels * (most_bytes_a_pixel + (4 if kind != RGB else 0))))
    assert taken < min(at_a_time, 4) * most_bytes_a_pixel * pixels + 250 * MEGABYTES


def test_pictures_beyond_eight_bits_keep_their_shades_when_made_smaller(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    shades = np.tile(np.arange(0, 65536, 16).astype(np.uint16), (64, 1))
    Image.fromarray(shades).save(path)

    row = read_photo(path, 64)[32, :, 0].astype(int)

    assert np.abs(row - np.arange(2, 256, 4)).max() <= 1
