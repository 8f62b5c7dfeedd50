"""What every test of the commands needs: the engine is a fake one, so TensorFlow is not loaded beside them."""

import pytest


@pytest.fixture(autouse=True)
def _without_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlgui.cli.engine.begin_loading", lambda: None)
