"""Which photos a run was trained on, and under which names: so that it can be said what has changed since.

A roster is a compressed JSON file in the run's folder. A photo is known again by its place and state, and where it was
moved by its bytes, or by its size and date where no closer look was taken at it.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlgui import files
from tlgui.photos.collection import Collection, Photo
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.places import inside
from tlgui.photos.scanning.scan import Survey

FORMAT_VERSION = 1

_MOST_PACKED_BYTES = 64 * 1024**2
# Half a million photos. As JSON may take twenty times its size in memory, a file that unpacks to more is not believed.
_MOST_BYTES = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class PhotoChanges:
    """How many photos changed since a roster was written.

    Args:
        added: Used now, not then.
        gone: Used then, not now: deleted, or left out.
        moved: In another class now, in another place.
        relabelled: In the same place, in a class of another name now.
    """

    added: int = 0
    gone: int = 0
    moved: int = 0
    relabelled: int = 0

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return any((self.added, self.gone, self.moved, self.relabelled))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One photo of a roster."""

    place: str
    class_name: str
    size: int
    changed_ns: int
    digest: str


def write_training_photos(path: Path, collection: Collection, facts: Mapping[Path, PhotoFacts]) -> None:
    """Write which photos a run is trained on.

    Raises:
        StorageError: The disk refused.
    """
    names = {name: number for number, name in enumerate(collection.class_names)}
    photos = [
        [entry.place, names[entry.class_name], entry.size, entry.changed_ns, entry.digest]
        for entry in _entries(collection, facts)
    ]
    roster = {"format_version": FORMAT_VERSION, "classes": list(collection.class_names), "photos": photos}
    with files.atomic_open(path) as stream:
        # The time is left out, so that the same photos give the same file.
        stream.write(gzip.compress(json.dumps(roster).encode(), 6, mtime=0))


def changes_since(path: Path, survey: Survey) -> PhotoChanges | None:
    """Return what changed since a roster was written; None where there is none that can be believed."""
    before = _read(path)
    if before is None:
        return None
    now = {entry.place: entry for entry in _entries(survey.collection, survey.facts)}
    then = {entry.place: entry for entry in before}
    stayed = {place for place, entry in now.items() if place in then and _is_same(entry, then[place])}
    relabelled = sum(now[place].class_name != then[place].class_name for place in stayed)
    came = [entry for place, entry in now.items() if place not in stayed]
    went = [entry for place, entry in then.items() if place not in stayed]
    moved = 0
    for content in (_bytes, _state):
        came, went, more = _paired(came, went, content)
        moved += more
    return PhotoChanges(len(came), len(went), moved, relabelled)


def _is_same(one: _Entry, other: _Entry) -> bool:
    """Return whether two photos in one place are one, as far as is known: a date alone may have been changed."""
    return not one.digest or not other.digest or one.digest == other.digest


def _bytes(entry: _Entry) -> Hashable:
    return entry.digest or None


def _state(entry: _Entry) -> Hashable:
    return (entry.size, entry.changed_ns) if entry.size else None


def _paired(
    came: Sequence[_Entry], went: Sequence[_Entry], content: Callable[[_Entry], Hashable]
) -> tuple[list[_Entry], list[_Entry], int]:
    """Find photos in another place by their content.

    Returns:
        Those that came and those that went for good, and how many came from another class.
    """
    waiting: dict[Hashable, list[_Entry]] = {}
    for entry in went:
        if (key := content(entry)) is not None:
            waiting.setdefault(key, []).append(entry)
    new, found, moved = [], set(), 0
    for entry in came:
        if not (alike := waiting.get(content(entry))):
            new.append(entry)
            continue
        # Of copies of one picture, one that stayed in its class is not taken for one that moved.
        match = next((other for other in alike if other.class_name == entry.class_name), alike[0])
        alike.remove(match)
        found.add(match.place)
        moved += match.class_name != entry.class_name
    return new, [entry for entry in went if entry.place not in found], moved


def _read(path: Path) -> list[_Entry] | None:
    try:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        text = unpacker.decompress(files.read_regular(path, _MOST_PACKED_BYTES), _MOST_BYTES)
        data = json.loads(text) if unpacker.eof else {}
        if data["format_version"] > FORMAT_VERSION:
            return None
        names = [str(name) for name in data["classes"]]
        return [_from_json(names, photo) for photo in data["photos"]]
    except (OSError, ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError, zlib.error):
        return None


def _from_json(names: Sequence[str], photo: Any) -> _Entry:  # noqa: ANN401 - it was read from a file
    place, number, size, changed_ns, digest = photo
    return _Entry(str(place), names[number], int(size), int(changed_ns), str(digest))


def _entries(collection: Collection, facts: Mapping[Path, PhotoFacts]) -> Iterator[_Entry]:
    for photo in collection.photos():
        yield _entry(photo, collection.folder, facts.get(photo.path))


def _entry(photo: Photo, folder: Path, fact: PhotoFacts | None) -> _Entry:
    place = inside(photo.path, folder)
    if fact is None:
        return _Entry(place, photo.class_name, 0, 0, "")
    digest = fact.look.digest.hex() if fact.look is not None else ""
    return _Entry(place, photo.class_name, fact.state.size, fact.state.changed_ns, digest)
