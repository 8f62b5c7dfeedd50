"""Keywords are added to what other programs wrote, and every byte of theirs stays."""

import random
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from tests.unit.photos.sidecars.samples import DARKTABLE, DIGIKAM, EMPTY, EXIFTOOL, LIGHTROOM, PLAIN, PROGRAMS
from tlgui.photos.answers import DecidedBy
from tlgui.photos.sidecars.xmp_document import XmpError
from tlgui.photos.sidecars.xmp_merge import Keyword, merged, own_fields

WREN = Keyword("wren", DecidedBy.MODEL, "2026-05-06T07:08:09+02:00", 0.9534, "birds.tlmodel", "ab" * 32)
TIT = replace(WREN, answer="great tit", certainty=0.7)
PERSON = Keyword("great tit", DecidedBy.PERSON, "2026-05-07T07:08:09+02:00")

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LISTS = {
    "subject": "{http://purl.org/dc/elements/1.1/}subject",
    "hierarchical": "{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject",
    "tags": "{http://www.digikam.org/ns/1.0/}TagsList",
}


def keywords_in(data: bytes) -> dict[str, list[str]]:
    """Return the three lists as another program reads them."""
    root = ET.fromstring(data)
    return {
        short: [item.text or "" for found in root.iter(name) for item in found.iter(f"{_RDF}li")]
        for short, name in _LISTS.items()
    }


def is_kept_in(old: bytes, new: bytes) -> bool:
    """Return whether `new` is `old` with whole pieces inserted, in few places and not letter by letter."""
    place = 0
    for line in re.split(rb"(?<=[>\n])", old):
        found = new.find(line, place)
        if found < 0:
            return False
        place = found + len(line)
    return True


@pytest.mark.parametrize("program", PROGRAMS)
def test_keyword_is_added_and_every_byte_of_other_programs_stays(program: str) -> None:
    before = PROGRAMS[program].encode()

    after = merged(before, WREN)

    old, new = keywords_in(before), keywords_in(after)
    assert new == {name: [*values, "wren"] for name, values in old.items()}
    self_closed = before.replace(b"<r:Bag/>", b"<r:Bag>").replace(b'#" /></x', b'#"></x')
    assert is_kept_in(self_closed, after)


@pytest.mark.parametrize("program", [*PROGRAMS, ""])
def test_merging_twice_is_merging_once(program: str) -> None:
    once = merged(PROGRAMS[program].encode() if program else None, WREN)

    assert merged(once, WREN) == once
    assert merged(once, replace(WREN, decided_at="2027-01-01T00:00:00+00:00")) == once


@pytest.mark.parametrize("program", [*PROGRAMS, ""])
def test_another_answer_takes_the_place_of_the_first(program: str) -> None:
    before = PROGRAMS[program].encode() if program else None

    after = merged(merged(before, WREN), PERSON)

    old = keywords_in(before) if before else {name: [] for name in _LISTS}
    assert keywords_in(after) == {name: [*values, "great tit"] for name, values in old.items()}
    assert own_fields(after) == {
        "Answer": "great tit",
        "DecidedBy": "person",
        "DecidedAt": PERSON.decided_at,
        "AddedTo": "dc lr digiKam",
    }


def test_keyword_of_the_person_is_neither_doubled_nor_removed() -> None:
    after = merged(LIGHTROOM.replace("Garten</rdf:li>", "wren</rdf:li>", 1).encode(), WREN)
    assert keywords_in(after)["subject"] == ["wren", "Tom & Ana"]
    assert own_fields(after)["AddedTo"] == "lr digiKam"

    corrected = keywords_in(merged(after, PERSON))

    assert corrected["subject"] == ["wren", "Tom & Ana", "great tit"]
    assert corrected["tags"] == ["great tit"]
    assert "wren" not in corrected["hierarchical"]


def test_what_a_person_decided_stays_until_a_person_decides_again() -> None:
    decided = merged(merged(DIGIKAM.encode(), WREN), PERSON)

    assert merged(decided, WREN) == decided
    assert keywords_in(merged(decided, replace(PERSON, answer="wren")))["subject"] == ["Birds", "wren"]


def test_own_fields_tell_who_decided_and_how_certain_the_model_is() -> None:
    assert own_fields(merged(DARKTABLE.encode(), WREN)) == {
        "Answer": "wren",
        "Certainty": "0.9534",
        "DecidedBy": "model",
        "DecidedAt": WREN.decided_at,
        "Model": "birds.tlmodel",
        "ModelDigest": "ab" * 32,
        "AddedTo": "dc lr digiKam",
    }


def test_own_fields_are_found_again_as_attributes() -> None:
    # So Exiv2, and with it digiKam and darktable, write what they do not know.
    fields = own_fields(merged(None, WREN))
    attributes = "".join(f'\n   mine:{name}="{value}"' for name, value in fields.items())
    before = DIGIKAM.replace(
        '\n   digiKam:PickLabel="0"', f'\n    xmlns:mine="urn:tlgui:xmp:1.0#"{attributes}\n   digiKam:PickLabel="0"'
    )
    before = before.replace("<rdf:li>Birds</rdf:li>", "<rdf:li>Birds</rdf:li>\n     <rdf:li>wren</rdf:li>")

    after = merged(before.encode(), replace(PERSON, answer='"great" & <tit>'))

    assert own_fields(after)["Answer"] == '"great" & <tit>'
    assert "Certainty" not in own_fields(after)
    assert keywords_in(after)["subject"] == ["Birds", '"great" & <tit>']
    assert b'digiKam:PickLabel="0"\n   digiKam:ColorLabel="0"' in after


def test_own_fields_that_another_program_doubled_become_one() -> None:
    model, place = b"<tlgui:Model>birds.tlmodel</tlgui:Model>", b"</tlgui:AddedTo>\n"
    before = merged(DIGIKAM.encode(), WREN).replace(place, place + model + b"\n  " + model + b"\n")

    after = merged(before, PERSON)

    assert b"tlgui:Model>" not in after
    assert merged(after, PERSON) == after


def test_new_items_look_like_their_neighbours() -> None:
    after = merged(EXIFTOOL.encode(), WREN).decode()

    assert "    <rdf:li>pond</rdf:li>\n    <rdf:li>wren</rdf:li>\n   </rdf:Bag>" in after
    assert '\n <rdf:Description rdf:about="" xmlns:lr=' in after


def test_line_breaks_of_windows_stay_so() -> None:
    after = merged(LIGHTROOM.replace("\n", "\r\n").encode(), WREN)

    assert after.count(b"\n") == after.count(b"\r\n")
    assert after.replace(b"\r\n", b"\n") == merged(LIGHTROOM.encode(), WREN)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encoding_and_byte_order_mark_stay(encoding: str) -> None:
    declared = encoding.upper().removesuffix("-SIG")
    before = DIGIKAM.replace("UTF-8", declared).encode(encoding)
    keyword = replace(WREN, answer="Zaunkönig 🐦")

    after = merged(before, keyword)

    assert after[:2] == before[:2]
    assert after.decode(encoding) == merged(DIGIKAM.encode(), keyword).decode().replace("UTF-8", declared)
    assert keywords_in(after)["tags"] == ["Animals/Birds", "People/Übermut", "Zaunkönig 🐦"]


def test_big_endian_stays_so() -> None:
    after = merged(b"\xfe\xff" + EXIFTOOL.encode("utf-16-be"), WREN)

    assert after.startswith(b"\xfe\xff\x00<")
    assert keywords_in(after)["subject"] == ["pond", "wren"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("a/b|c", ["a/b|c", "a/b-c", "a-b|c"]),
        ("<li>&amp;]]>", ["<li>&amp;]]>"] * 3),
        ("two\nlines\x1b", [r"two\x0alines\x1b"] * 3),
        ("caf\udce9", [r"caf\xe9"] * 3),
        ("cafe\u0301", ["caf\u00e9"] * 3),
        ("\uffff", ["\ufffd"] * 3),
        ("=1+1", ["=1+1"] * 3),
    ],
)
def test_any_class_becomes_one_keyword(answer: str, expected: list[str]) -> None:
    keyword = replace(WREN, answer=answer, model="m\x00\udce9.tlmodel")

    after = merged(LIGHTROOM.encode(), keyword)

    assert [values[-1] for values in keywords_in(after).values()] == expected
    assert merged(after, keyword) == after


def test_about_is_that_of_the_other_descriptions() -> None:
    assert b'rdf:about="uuid:1 &amp; 2"' in merged(PLAIN.encode(), WREN)


def test_empty_property_is_filled() -> None:
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    for inner in (f"<dc:subject {dc}/>", f"<dc:subject {dc}> </dc:subject>"):
        before = EXIFTOOL.replace("<xmp:Rating>", inner + "<xmp:Rating>").replace("<dc:subject>\n", "<dc:x>\n")
        before = before.replace("</dc:subject>\n </rdf", "</dc:x>\n </rdf")
        assert keywords_in(merged(before.encode(), WREN))["subject"] == ["wren"]


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (b"", "damaged"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "damaged"),
        (LIGHTROOM.encode()[:-20], "damaged"),
        (LIGHTROOM.replace("xmlns:crs=", "xmlns:other=").encode(), "damaged"),
        (LIGHTROOM.encode("utf-8").replace("ü".encode(), b"\xfc"), "damaged"),
        (("\ufeff" + LIGHTROOM).encode("utf-16-le")[:-1], "damaged"),
        (b"\xff\xfe\x00\x00" + LIGHTROOM.encode("utf-32-le"), "unusual|damaged"),
        (DIGIKAM.replace("UTF-8", "ISO-8859-1").encode("latin-1"), "another encoding"),
        (b"<html><body/></html>", "no XMP"),
        (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', "no XMP"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + EMPTY.encode(), "document type or entities"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd">' + EMPTY.encode(), "document type or entities"),
        (LIGHTROOM.replace("Garten</rdf:li>", "&b;</rdf:li>").encode(), "damaged"),
        (LIGHTROOM.replace("   xmp:Rating", '   dc:subject="a"\n   xmp:Rating').encode(), "dc:subject"),
        (PLAIN.replace("<r:Bag/>", "rose").encode(), "dc:subject"),
        (PLAIN.replace("<d:subject>", '<d:subject r:parseType="Resource">').encode(), "dc:subject"),
        (PLAIN.replace("<r:Bag/>", "<r:Bag><r:_1>rose</r:_1></r:Bag>").encode(), "dc:subject"),
        (PLAIN.replace("</d:subject>", "</d:subject><d:subject/>").encode(), "dc:subject"),
        (PLAIN.replace("</r:RDF>", '<r:Description r:about="b"/></r:RDF>').encode(), "several photos"),
        (PLAIN.replace("</r:RDF>", "<r:Other/></r:RDF>").encode(), "unusual"),
        (
            EMPTY.replace("</x:x", '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:x').encode(),
            "several",
        ),
        (EMPTY.replace(" />", ">" + "<a/>" * 200_001 + "</rdf:RDF>").encode(), "far too much"),
    ],
)
def test_what_cannot_be_edited_is_refused(before: bytes, reason: str) -> None:
    with pytest.raises(XmpError, match=reason):
        merged(before, WREN)


def test_structured_items_stay() -> None:
    odd = '<rdf:li rdf:parseType="Resource"><rdf:value>wren</rdf:value></rdf:li>'
    after = merged(LIGHTROOM.replace("<rdf:li>Garten</rdf:li>", odd).encode(), WREN)

    assert odd.encode() in after
    assert b"<rdf:li>wren</rdf:li>" in after


def test_damaged_bytes_are_refused_or_read_but_never_made_worse() -> None:
    chance = random.Random(4)
    for _ in range(1500):
        data = bytearray(chance.choice(list(PROGRAMS.values())).encode())
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(data))
            if chance.random() < 0.5:
                data[place] = chance.randrange(256)
            else:
                del data[place : place + chance.randint(1, 40)]
        try:
            after = merged(bytes(data), TIT)
        except XmpError:
            continue
        assert all("great tit" in values for values in keywords_in(after).values())
        assert merged(after, TIT) == after


def test_long_files_take_no_time_to_speak_of() -> None:
    # Each of these would take far longer where time grew with the square of the length.
    for filling in ("<!---->a" * 200_000, "<a><!---->b</a>" * 60_000, "\n" * 1_000_000):
        data = PLAIN.replace("<d:subject>", f"<d:title>{filling}</d:title><d:subject>").encode()
        assert keywords_in(merged(data, WREN))["subject"] == ["wren"]
