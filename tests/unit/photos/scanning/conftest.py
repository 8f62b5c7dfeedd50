"""What the tests of listing share."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.photos.pictures.header import read_all_facts
from tlgui.photos.pictures.opening import UnusablePhotoError
from tlgui.photos.scanning import fact_reading


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by the name of each photo that is opened."""
    names: list[str] = []

    def read_and_note(some: Sequence[tuple[Path, FileState]]) -> list[PhotoFacts | UnusablePhotoError]:
        names.extend(path.name for path, _ in some)
        return read_all_facts(some)

    monkeypatch.setattr(fact_reading, "read_all_facts", read_and_note)
    return names
