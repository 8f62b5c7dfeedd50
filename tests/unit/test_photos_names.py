import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import pictures
from tlgui.photos.decode import (
    check_photo,
    read_photo,
    read_thumbnail,
    shown_name,
)

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
Reader = Callable[[Path], object]
READERS = pytest.mark.parametrize(
    "read",
    [read_photo, lambda path: read_photo(path, 32), lambda path: read_thumbnail(path, 32), check_photo],
    ids=["whole", "squashed", "thumbnail", "check"],
)


@pytest.mark.parametrize("name", [*pictures.ODD_NAMES, os.fsdecode(b"caf\xe9.jpg"), "a\u2028b\x00\x1b[31m.jpg"])
def test_shown_name_fits_on_one_line_and_can_be_saved(name: str) -> None:
    shown = shown_name(Path(name))

    assert len(shown.splitlines()) == 1
    assert shown.encode("utf-8")
    assert "\x1b" not in shown


def test_shown_name_keeps_what_is_text() -> None:
    assert shown_name(Path("party 🎉👩‍👩‍👧.jpg")) == "party 🎉👩‍👩‍👧.jpg"
    assert shown_name(Path("صورة جميلة.jpg")) == "صورة جميلة.jpg"
    assert shown_name(Path("two\nlines.jpg")) == "two lines.jpg"
    assert shown_name(Path("Cafe\u0301")) == "Caf\u00e9"
