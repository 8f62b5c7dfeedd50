import os
from pathlib import Path

import pytest

from tests import pictures
from tlgui.photos.names import lines_shown, one_line, plain_key, shown_name, typed_name


@pytest.mark.parametrize("name", [*pictures.ODD_NAMES, os.fsdecode(b"caf\xe9.jpg"), "a\u2028b\x00\x1b[31m.jpg"])
def test_shown_name_fits_on_one_line_and_can_be_saved(name: str) -> None:
    shown = shown_name(Path(name))

    assert len(shown.splitlines()) == 1
    assert shown.encode("utf-8")
    assert "\x1b" not in shown


def test_shown_name_keeps_what_is_text() -> None:
    assert shown_name(Path("party 🎉👩‍👩‍👧.jpg")) == "party 🎉👩‍👩‍👧.jpg"
    assert shown_name(Path("صورة جميلة.jpg")) == "صورة جميلة.jpg"
    assert shown_name(Path("Cafe\u0301")) == "Caf\u00e9"


def test_shown_name_has_stand_ins_for_what_cannot_be_seen() -> None:
    assert shown_name(Path("two\nlines.jpg")) == r"two\x0alines.jpg"
    assert shown_name(Path("\x1b[31mred\u009b")) == r"\x1b[31mred\u009b"
    assert shown_name(Path("\u202egnp.exe\u2066")) == r"\u202egnp.exe\u2066"
    assert shown_name(Path("duck\u200b")) == r"duck\u200b"
    assert shown_name(Path(os.fsdecode(b"cl\xe9ss"))) == r"cl\xe9ss"


_NEARLY_ALIKE = (
    *(b"cl\xe9ss", b"cl\xe8ss", rb"cl\xe9ss", rb"cl\\xe9ss", b"cl\\\xe9ss", b"cl\\\\\xe9ss", rb"cl\\\xe9ss"),
    *(b"a\x9b", "a\u009b".encode(), rb"a\u009b", rb"a\x9b", b"a b", b"a\nb", b"a\tb", rb"a\x0ab", rb"a\nb"),
    *(b"duck", "duck\u200b".encode(), "duck\u202e".encode(), b"Duck"),
)


def test_different_names_are_shown_differently() -> None:
    shown = [shown_name(Path(os.fsdecode(name))) for name in _NEARLY_ALIKE]

    assert len(set(shown)) == len(_NEARLY_ALIKE)


def test_what_is_shown_stays_as_it_is_when_it_is_shown_again() -> None:
    for name in _NEARLY_ALIKE:
        shown = shown_name(Path(os.fsdecode(name)))
        assert one_line(shown) == typed_name(shown) == lines_shown(shown) == shown


def test_several_lines_stay_several() -> None:
    assert lines_shown("one\ntwo\r\x1b") == "one\ntwo\\x0d\\x1b"


def test_names_of_other_bytes_are_never_taken_for_each_other() -> None:
    assert plain_key(os.fsdecode(b"cl\xe9ss")) != plain_key(os.fsdecode(b"cl\xe8ss"))
