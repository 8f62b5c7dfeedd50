"""Items read ahead come in order, within the limit, and reading ends when the generator is closed."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.contexts import stopping_at
from tlgui.errors import Cancelled, StorageError
from tlgui.learning.data.prefetch import read_ahead
from tlgui.progress import JobContext

CONTEXT = JobContext()


def test_items_come_in_order_with_what_was_read() -> None:
    later = threading.Event()

    def read(number: int) -> int:
        # The first is done after the second.
        if number == 0:
            assert later.wait(10)
        later.set()
        return number * number

    found = list(read_ahead(range(20), read, CONTEXT, 8))

    assert found == [(number, number * number) for number in range(20)]


def test_nothing_at_all_is_read_as_nothing() -> None:
    assert list(read_ahead([], str, CONTEXT, 8)) == []


def test_no_more_is_taken_than_was_asked_for() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    with closing(read_ahead(items(), str, CONTEXT, 5)) as reading:
        for count in range(1, 11):
            next(reading)
            assert len(taken) == 5 + count


def test_several_are_read_at_the_same_time() -> None:
    barrier = threading.Barrier(2)

    assert len(list(read_ahead(range(4), lambda _: barrier.wait(10), CONTEXT, 4))) == 4


def test_what_reading_raises_is_raised_in_its_place() -> None:
    def read(number: int) -> int:
        if number == 3:
            raise StorageError("The disk is broken.")
        return number

    found: list[tuple[int, int]] = []
    with pytest.raises(StorageError), closing(read_ahead(range(10), read, CONTEXT, 4)) as reading:
        found.extend(reading)

    assert [number for number, _ in found] == [0, 1, 2]


def test_stop_does_not_wait_for_what_is_being_read() -> None:
    release = threading.Event()
    reading = read_ahead(range(10), lambda _: release.wait(10), stopping_at(3), 4)

    with pytest.raises(Cancelled), closing(reading):
        next(reading)

    release.set()


def test_what_is_not_begun_when_it_is_closed_is_never_read() -> None:
    release = threading.Event()
    read: list[int] = []

    def reading_slowly(number: int) -> None:
        read.append(number)
        assert release.wait(10)

    with pytest.raises(Cancelled), closing(read_ahead(range(1000), reading_slowly, stopping_at(2), 500)) as reading:
        next(reading)
    release.set()

    assert len(read) < 10
