"""The process that reads damaged files. Nothing it does can harm the one that watches it."""

import faulthandler
import os
import sys
import traceback
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from tests.fuzz.families import Read
from tlgui.errors import TlguiError

_HOME_FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "XDG_CONFIG_HOME": ".config",
    "XDG_CACHE_HOME": ".cache",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "APPDATA": "AppData/Roaming",
    "LOCALAPPDATA": "AppData/Local",
    "KERAS_HOME": ".keras",
}
_MOST_DETAILS = 6000
_STATUS, _FORGET_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Outcome(StrEnum):
    """What came of reading one file; the first two are as it should be."""

    FINE = "fine"
    REFUSED = "refused in words"
    TRACEBACK = "traceback"
    DIED = "process died"
    HANG = "hang"
    MEMORY = "too much memory"

    @property
    def is_fault(self) -> bool:
        """Whether the program is to be mended."""
        return self not in {Outcome.FINE, Outcome.REFUSED}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says of one file.

    Args:
        outcome: One of the first three; the others are for the watcher to see.
        signature: The same for the same fault: the exception and where in the program it came from.
        details: The words of the refusal, or the traceback.
        peak_bytes: The most memory the process held meanwhile.
        resident_bytes: The memory it holds now.
    """

    outcome: Outcome
    signature: str = ""
    details: str = ""
    peak_bytes: int = 0
    resident_bytes: int = 0


def serve(connection: Connection, home: Path, log: Path) -> None:
    """Read files until the other end is closed.

    Args:
        connection: Brings a reader, a path, and the seconds after which the stacks of all threads go to the log;
            takes an `Answer` for each.
        home: Settings, caches and kept models go there.
        log: Gets what libraries print, and the stack of a crash; begun anew with each file.
    """
    _use_home(home)
    stream = log.open("ab", buffering=0)
    for standard in (1, 2):
        os.dup2(stream.fileno(), standard)
    faulthandler.enable(stream)
    while True:
        try:
            read, path, seconds = connection.recv()
        except EOFError:
            return
        stream.truncate(0)
        faulthandler.dump_traceback_later(seconds, file=stream)
        answer = _answer(read, path)
        faulthandler.cancel_dump_traceback_later()
        connection.send(answer)


def _use_home(home: Path) -> None:
    for name, below in _HOME_FOLDERS.items():
        (home / below).mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(home / below)
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", QT_QPA_PLATFORM="offscreen")


def _answer(read: Read, path: Path) -> Answer:
    outcome, signature, details = Outcome.FINE, "", ""
    _forget_peak()
    try:
        read(path)
    except TlguiError as error:
        outcome, details = Outcome.REFUSED, str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        outcome, signature = Outcome.TRACEBACK, _signature(error)
        details = traceback.format_exc()[-_MOST_DETAILS:]
    resident = psutil.Process().memory_info().rss
    return Answer(outcome, signature, details, max(_peak(), resident), resident)


def _signature(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}tlgui{os.sep}" in frame.filename] or frames
    return f"{type(error).__name__} in {Path(ours[-1].filename).name}, {ours[-1].name}, line {ours[-1].lineno}"


def _forget_peak() -> None:
    """Let the system measure the most memory from now on; only Linux can."""
    if sys.platform == "linux":
        _FORGET_PEAK.write_text("5")


def _peak() -> int:
    if sys.platform != "linux":
        return 0
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
