"""How long people wait for answers: by the command, in a window just started, and for many photos; and in what memory.

Each row is held against what was measured in the same run: the way through TensorFlow, or the runtime by itself.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from tests.benchmarks.figures import Figure, number, ratio
from tests.benchmarks.startup import start
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import JobContext

COUNT = 100_000
ROUNDS = 3
_COMMAND_SECONDS, _COMMAND_MIB = 1.2, 350.0
_WINDOW_MS = 2500.0
_SHARE = 0.9
_MEMORY_MIB = 400.0
_AGAIN_A_SECOND = 4000.0
_MANY = 1000
_SIDE = 400
_DISTINCT = 50
ROOT = Path(__file__).resolve().parents[2]


def measure(photos: Path, count: int = COUNT) -> list[Figure]:
    """Train a model on the photos, and measure every row.

    Args:
        photos: One subfolder for each class.
        count: Predictions whose memory is measured.
    """
    with tempfile.TemporaryDirectory(prefix="tlgui-benchmark-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        model = folder / "model.tlmodel"
        _run("-m", "tlgui", "train", str(photos), "--out", str(model), "--set", "epochs=3")
        pictures = _pictures(photos, folder / "pictures")
        return [
            *_by_command(model, pictures[0]),
            _in_a_new_window(model, pictures[0]),
            *_many(model, pictures, folder / "many"),
            *_memory(model, pictures, folder / "links", count),
            *_again(model, folder / "links", count),
        ]


def _by_command(model: Path, photo: Path) -> list[Figure]:
    """Name one photo by the command, and in the same way with TensorFlow, in turn."""
    pairs = [
        (
            _run("-m", "tlgui", "predict", str(model), str(photo)),
            _run("-m", "tests.benchmarks.answering", "tensorflow", str(model), str(photo)),
        )
        for _ in range(ROUNDS)
    ]
    light, full = (
        tuple(statistics.median(values) for values in zip(*runs, strict=True)) for runs in zip(*pairs, strict=True)
    )
    return [
        Figure(
            "answers",
            "tlgui predict MODEL one.jpg, whole process, s",
            light[0],
            _COMMAND_SECONDS,
            ratio(light[0], full[0], "with TensorFlow"),
        ),
        Figure("answers", "its memory, MiB", light[1], _COMMAND_MIB, ratio(light[1], full[1], "with TensorFlow")),
    ]


def _in_a_new_window(model: Path, photo: Path) -> Figure:
    """Start the program; a model and a photo are dropped as soon as it is seen."""
    start("tlgui", "--model", str(model), "--photo", str(photo))
    said = [start("tlgui", "--model", str(model), "--photo", str(photo)) for _ in range(ROUNDS)]
    seen, answered = (statistics.median(float(each[name]) for each in said) for name in ("visible", "answered"))
    what = "from start to the answer for a photo dropped at once, ms"
    return Figure("answers", what, answered, _WINDOW_MS, f"the window was visible after {number(seen)}")


def _many(model: Path, pictures: list[Path], folder: Path) -> list[Figure]:
    """Name 1,000 photos of 400 pixels; the runtime by itself is measured in turn with it, in one process."""
    _link(pictures, folder, _MANY)
    ours, network, decoding = _answering("pace", model, folder)
    what = f"{_MANY:,} photos of {_SIDE} px by predict"
    alone = f"the runtime alone: {number(network / ours)} of its pace; decoding alone takes {number(decoding)} s"
    return [
        Figure("answers", f"{what}, s", ours),
        Figure(
            "answers",
            "the same: share of the pace that decoding and runtime allow",
            (network + decoding) / ours,
            _SHARE,
            alone,
            more_is_better=True,
        ),
    ]


def _memory(model: Path, pictures: list[Path], folder: Path, count: int) -> list[Figure]:
    """Name very many files, which are few photos under many names, in a light engine of its own."""
    _link(pictures[:_DISTINCT], folder, count)
    most, grown = _answering("memory", model, folder)
    what = f"memory of the light engine at {count:,} predictions, MiB"
    return [Figure("answers", what, most, _MEMORY_MIB, f"the last nine tenths added {number(grown)}")]


def _again(model: Path, folder: Path, count: int) -> list[Figure]:
    """Name files that did not change a second time, by what was kept."""
    seconds, named = _answering("again", model, folder)
    what = f"{count:,} unchanged photos a second time"
    return [
        Figure("answers", f"{what}, photos a second", count / seconds, _AGAIN_A_SECOND, "", more_is_better=True),
        Figure("answers", "the same: photos that went through the network", named, 0.0),
    ]


def _answering(what: str, model: Path, folder: Path) -> tuple[float, ...]:
    """Run `answering` in a process of its own, and return the numbers that it prints."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.answering", what, str(model), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return tuple(map(float, result.stdout.split()))


def _run(*arguments: str) -> tuple[float, float]:
    """Run Python and return how long that took, in seconds, and the most memory that it had, in MiB."""
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed.")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def _pictures(photos: Path, folder: Path) -> list[Path]:
    """Write the photos with 400 pixels on their longer side, as many as there are up to 1,000."""
    folder.mkdir()
    written: list[Path] = []
    for path in find_photos((photos,), JobContext()):
        with Image.open(path) as image:
            small = image.convert("RGB")
        share = _SIDE / max(small.size)
        target = folder / f"{len(written):04}.jpg"
        small.resize((max(1, round(small.width * share)), max(1, round(small.height * share)))).save(target, quality=90)
        written.append(target)
        if len(written) == _MANY:
            break
    return written


def _link(pictures: list[Path], folder: Path, count: int) -> None:
    """Give pictures `count` names in a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for index in range(count):
        os.link(pictures[index % len(pictures)], folder / f"{index:06}.jpg")
