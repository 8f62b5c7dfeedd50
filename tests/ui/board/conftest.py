"""A session over an engine that keeps predictions, and a trained model."""

from collections.abc import Iterator

import pytest

from tests.ui.board.keeping_engine import KeepingEngine


@pytest.fixture
def fake_engine() -> Iterator[KeepingEngine]:
    engine = KeepingEngine()
    yield engine
    engine.close()
