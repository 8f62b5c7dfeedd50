import gc
import platform
import threading
import weakref
from collections.abc import Iterator

import psutil
import pytest
from pytestqt.qtbot import QtBot

from tlgui.ui.shell.garbage import GarbageCollector, release_free_memory


class Node:
    """Something in a cycle, which only the collection finds."""

    def __init__(self) -> None:
        self.itself = self
        weakref.finalize(self, lambda: ended_on.append(threading.current_thread()))


ended_on: list[threading.Thread] = []


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[GarbageCollector]:
    del qtbot
    ended_on.clear()
    collector = GarbageCollector()
    collector.start()
    yield collector
    collector.stop()
    # The tests of widgets go on without Python's own.
    gc.disable()


def make_garbage() -> None:
    for _ in range(5000):
        Node()


@pytest.mark.usefixtures("collector")
def test_garbage_of_another_thread_is_collected_on_the_windows(qtbot: QtBot) -> None:
    thread = threading.Thread(target=make_garbage)
    thread.start()
    thread.join()
    assert ended_on == []
    qtbot.waitUntil(lambda: len(ended_on) == 5000)
    assert set(ended_on) == {threading.main_thread()}


def test_older_generations_come_due_too(collector: GarbageCollector) -> None:
    collected: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            collected.append(info["generation"])

    gc.callbacks.append(note)
    # What the tests have loaded is much more than a window's garbage.
    gc.freeze()
    try:
        for _ in range(150):
            kept = [[] for _ in range(gc.get_threshold()[0] + 100)]  # type: ignore[var-annotated]  # only their number counts
            collector.collect_due()
            del kept
    finally:
        gc.callbacks.remove(note)
        gc.unfreeze()
    assert {0, 1, 2} <= set(collected)
    assert collected.count(0) > collected.count(1) > collected.count(2)


def test_python_gets_its_collection_back(collector: GarbageCollector) -> None:
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()


def test_much_data_is_not_gone_through_again_and_again(collector: GarbageCollector) -> None:
    before = gc.get_freeze_count()
    data = [[number] for number in range(60_000)]
    collector.collect_due()
    frozen = gc.get_freeze_count() - before
    gc.unfreeze()
    assert frozen > len(data)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what was freed until it is asked")
def test_memory_that_is_free_is_given_back() -> None:
    pieces = [bytes(1000) for _ in range(60_000)]
    # Nothing that lies below what is still used goes back by itself.
    last = pieces[-1]
    pieces.clear()
    before = psutil.Process().memory_info().rss

    release_free_memory()

    assert psutil.Process().memory_info().rss < before - 30_000_000
    assert last == bytes(1000)
