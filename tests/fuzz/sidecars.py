"""The keywords files beside photos, which any program may have written."""

from pathlib import Path
from random import Random

from tests.fuzz.families import Family
from tests.fuzz.mutation import bytes_changed
from tests.unit.photos.sidecars.samples import PROGRAMS
from tlgui.photos.answers import DecidedBy
from tlgui.photos.sidecars.sidecar import planned_change, take_back, write_change
from tlgui.photos.sidecars.xmp_merge import Keyword, merged, own_fields

_KEYWORDS = (
    Keyword("wren", DecidedBy.MODEL, "2026-05-06T07:08:09+02:00", 0.9534, "birds.tlmodel", "ab" * 32),
    Keyword("great tit & <co>", DecidedBy.PERSON, "2026-05-07T07:08:09+02:00"),
)


def family() -> Family:
    """Return the family of keywords files."""
    return Family("sidecars", _make_sidecars, {"sidecar": _read_sidecar}, (_tag_changed, bytes_changed))


def _make_sidecars(folder: Path) -> None:
    for name, text in PROGRAMS.items():
        plain = name.replace(" ", "-")
        (folder / f"{plain}.jpg.xmp").write_bytes(text.encode())
        (folder / f"{plain}-16.jpg.xmp").write_bytes(text.replace('"UTF-8"', '"UTF-16"').encode("utf-16"))
        (folder / f"{plain}-own.jpg.xmp").write_bytes(merged(text.encode(), _KEYWORDS[0]))


def _tag_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Remove, double, exchange or take over whole tags, so that most files stay XML."""
    tags = data.split(b"<")
    place, end = sorted(dice.randrange(len(tags)) for _ in range(2))
    pieces: tuple[list[bytes], ...] = (other.split(b"<"), tags[place:end] * 2, [], tags[place:end][::-1])
    tags[place:end] = dice.choice(pieces)[: dice.randrange(1, 20)]
    return b"<".join(tags)


def _read_sidecar(path: Path) -> None:
    before = path.read_bytes()
    photo = path.with_name(path.name.removesuffix(".xmp"))
    for keyword in _KEYWORDS:
        change = planned_change(photo, keyword)
        write_change(change)
        if merged(change.after, keyword) != change.after:
            raise AssertionError("the second merge is another one than the first")
        if keyword.decided_by is DecidedBy.PERSON and own_fields(change.after)["Answer"] != keyword.answer:
            raise AssertionError("the answer is another one")
        take_back(change.path, change.before, change.after_digest)
        if path.read_bytes() != before:
            raise AssertionError("other bytes than before")
        write_change(change)
        before = change.after
