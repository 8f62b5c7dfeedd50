"""Keywords survive a restart as text."""

from dataclasses import replace

import pytest

from tests.unit.photos.sidecars.samples import PROGRAMS
from tests.unit.photos.sidecars.test_xmp_merge import PERSON, WREN
from tlgui.photos.sidecars.keyword_text import keyword_text, merged_text
from tlgui.photos.sidecars.xmp_document import XmpError
from tlgui.photos.sidecars.xmp_merge import Keyword, merged


@pytest.mark.parametrize("keyword", [WREN, PERSON, replace(WREN, answer='“two\nlines”\udce9 "')])
@pytest.mark.parametrize("program", [*PROGRAMS, ""])
def test_text_writes_what_the_keyword_writes(keyword: Keyword, program: str) -> None:
    before = PROGRAMS[program].encode() if program else None

    assert merged_text(before, keyword_text(keyword)) == merged(before, keyword)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"answer": "a"}', keyword_text(WREN).replace("model", "dice", 1)])
def test_damaged_text_writes_nothing(text: str) -> None:
    with pytest.raises(XmpError, match="not known any more"):
        merged_text(None, text)
