import os
from pathlib import Path

import pytest

from tests import pictures
from tlgui.photos.names import shown_name


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
