"""The pause of the garbage collector."""

import gc
from collections.abc import Iterator

import pytest

from tlgui import garbage_collection


@pytest.fixture(autouse=True)
def _enabled() -> Iterator[None]:
    gc.enable()
    yield
    gc.unfreeze()
    gc.enable()


def test_collection_is_paused_and_resumed() -> None:
    with garbage_collection.paused():
        assert not gc.isenabled()
        with garbage_collection.paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collection_is_resumed_after_an_error() -> None:
    with pytest.raises(RuntimeError), garbage_collection.paused():
        raise RuntimeError
    assert gc.isenabled()


def test_collection_stays_off_where_it_was_off() -> None:
    gc.disable()
    with garbage_collection.paused():
        pass
    assert not gc.isenabled()


def test_objects_of_the_block_are_ignored_from_then_on_if_wanted() -> None:
    gc.unfreeze()
    with garbage_collection.paused(freezes=True):
        made = [[number] for number in range(1000)]
    assert gc.get_freeze_count() >= len(made)
