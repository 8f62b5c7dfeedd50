import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from tlgui import gui_priority


@pytest.fixture(autouse=True)
def released() -> Iterator[None]:
    gui_priority.release()
    yield
    gui_priority.release()


def test_thread_pauses_until_the_priority_is_released() -> None:
    gui_priority.request()
    paused, went_on = threading.Event(), threading.Event()

    def work() -> None:
        paused.set()
        # The request ends by itself, and a slow machine may take longer than that until the thread begins.
        gui_priority.give_way()
        went_on.set()

    thread = threading.Thread(target=work)
    with gui_priority.held():
        thread.start()
        assert paused.wait(10)
        assert not went_on.is_set() or not gui_priority.is_requested()
    assert went_on.wait(10)
    thread.join()


def test_request_that_nobody_releases_ends_by_itself() -> None:
    thread = threading.Thread(target=gui_priority.give_way)
    gui_priority.request()

    thread.start()
    thread.join(10)

    assert not thread.is_alive()
    assert not gui_priority.is_requested()


def test_gui_thread_itself_never_pauses() -> None:
    start = time.monotonic()
    while not gui_priority.is_requested():
        gui_priority.request()
        gui_priority.give_way()
        assert time.monotonic() - start < 10


def test_nothing_pauses_while_the_gui_thread_waits_for_others() -> None:
    with gui_priority.suspended():
        gui_priority.request()
        assert not gui_priority.is_requested()
    gui_priority.request()
    assert gui_priority.is_requested()


def test_without_a_request_nothing_waits() -> None:
    assert not gui_priority.is_requested()
    gui_priority.give_way()


def test_priority_is_released_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), gui_priority.held():
        raise ZeroDivisionError
    assert not gui_priority.is_requested()


def test_list_that_is_freed_in_portions_is_empty_and_its_items_are_gone() -> None:
    class Item:
        """Something that a weak reference can be made to."""

    items = [Item() for _ in range(2500)]
    last = weakref.ref(items[-1])

    gui_priority.free_in_portions(items)

    assert items == []
    assert last() is None
