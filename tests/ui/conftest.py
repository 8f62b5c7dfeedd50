"""What every test with widgets needs: forgotten widgets are destroyed on the thread they belong to."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _collect_on_this_thread() -> Iterator[None]:
    # As the window does it, see tlgui/ui/garbage.py: on another thread, Qt would end the process.
    gc.disable()
    yield
    gc.collect()
    gc.enable()
