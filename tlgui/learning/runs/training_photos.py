"""The list of the photos that a run was trained on, with their classes: what changed since is found by it.

It is a compressed JSON file in the run's folder. A photo is identified by its path and state; one that was moved is
identified by the digest of its bytes, or by size and modification time where no digest is known.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tlgui import files
from tlgui.learning.recipes.fields import Fields
from tlgui.photos.collection import MOST_CLASSES, Collection, Photo
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.places import inside
from tlgui.photos.scanning.scan import Survey

FORMAT_VERSION = 1

_MOST_PACKED_BYTES = 64 * 1024**2
# Half a million photos. Parsed JSON can take twenty times its size in memory, so a longer list is refused.
_MOST_BYTES = 64 * 1024**2
_MOST_PHOTOS = 10**6
# Path in the collection, number of the class, size in bytes, modification time in nanoseconds, digest.
_ENTRY = (str, int, int, int, str)


@dataclass(frozen=True, slots=True)
class PhotoChanges:
    """Numbers of photos that changed since a list was written.

    Args:
        added: Used now, not then.
        gone: Used then, not now: deleted, or left out.
        moved: In another class now, under another path.
        relabelled: In another class now, under the same path.
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
    """One photo of a list."""

    place: str
    class_name: str
    size: int
    changed_ns: int
    digest: str


def write_training_photos(path: Path, collection: Collection, facts: Mapping[Path, PhotoFacts]) -> None:
    """Write the list of the photos that a run is trained on.

    Args:
        path: The file to write.
        collection: The photos.
        facts: What is known of each photo, by its path.

    Raises:
        StorageError: The disk refused.
    """
    names = {name: number for number, name in enumerate(collection.class_names)}
    photos = [
        [entry.place, names[entry.class_name], entry.size, entry.changed_ns, entry.digest]
        for entry in _entries(collection.photos(), collection.folder, facts)
    ]
    listed = {"format_version": FORMAT_VERSION, "classes": list(collection.class_names), "photos": photos}
    with files.atomic_open(path) as stream:
        # Without a time, so that the same photos give the same file.
        stream.write(gzip.compress(json.dumps(listed).encode(), 6, mtime=0))


def changes_since(path: Path, survey: Survey) -> PhotoChanges | None:
    """Compare a collection with a list of photos.

    Args:
        path: The list.
        survey: The collection as it is now.

    Returns:
        What changed since the list was written; None where it is missing or damaged.
    """
    before = _read(path)
    if before is None:
        return None
    photos = survey.collection.photos()
    matches, came, went = _matched(before, _entries(photos, survey.collection.folder, survey.facts))
    others = [(then, now) for then, now in matches if then.class_name != now.class_name]
    relabelled = sum(then.place == now.place for then, now in others)
    return PhotoChanges(len(came), len(went), len(others) - relabelled, relabelled)


def places_now(path: Path, survey: Survey) -> dict[str, str] | None:
    """Find the photos of a list in a collection, also those that were moved, renamed or left out since.

    Args:
        path: The list.
        survey: The collection as it is now.

    Returns:
        The place of each photo by its place in the list; photos that are gone are not in it. None where the list is
        missing or damaged.
    """
    before = _read(path)
    if before is None:
        return None
    photos = (*survey.collection.photos(), *survey.collection.left_out)
    matches, _, _ = _matched(before, _entries(photos, survey.collection.folder, survey.facts))
    return {then.place: now.place for then, now in matches}


def _matched(
    before: Sequence[_Entry], after: Iterable[_Entry]
) -> tuple[list[tuple[_Entry, _Entry]], Sequence[_Entry], Sequence[_Entry]]:
    """Match photos with themselves.

    Returns:
        The entry before and after of each photo that is in both lists, the photos only after, and those only before.
    """
    now, then = {entry.place: entry for entry in after}, {entry.place: entry for entry in before}
    matches = [(then[place], entry) for place, entry in now.items() if place in then and _is_same(entry, then[place])]
    stayed = {entry.place for _, entry in matches}
    came = [entry for place, entry in now.items() if place not in stayed]
    went = [entry for place, entry in then.items() if place not in stayed]
    for content in (_bytes, _state):
        came, went, more = _paired(came, went, content)
        matches += more
    return matches, came, went


def _is_same(one: _Entry, other: _Entry) -> bool:
    """Return whether two photos under one path are the same; one with another time alone counts as the same."""
    return not one.digest or not other.digest or one.digest == other.digest


def _bytes(entry: _Entry) -> Hashable:
    return entry.digest or None


def _state(entry: _Entry) -> Hashable:
    return (entry.size, entry.changed_ns) if entry.size else None


def _paired(
    came: Sequence[_Entry], went: Sequence[_Entry], content: Callable[[_Entry], Hashable]
) -> tuple[list[_Entry], list[_Entry], list[tuple[_Entry, _Entry]]]:
    """Match photos that appeared with photos that vanished by their content.

    Returns:
        The photos without a match that appeared, those that vanished, and the matches.
    """
    waiting: dict[Hashable, list[_Entry]] = {}
    for entry in went:
        if (key := content(entry)) is not None:
            waiting.setdefault(key, []).append(entry)
    new, matches = [], []
    for entry in came:
        if not (alike := waiting.get(content(entry))):
            new.append(entry)
            continue
        # Of copies of one picture, one in the same class is the match.
        match = next((other for other in alike if other.class_name == entry.class_name), alike[0])
        alike.remove(match)
        matches.append((match, entry))
    found = {match.place for match, _ in matches}
    return new, [entry for entry in went if entry.place not in found], matches


def _read(path: Path) -> list[_Entry] | None:
    try:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        text = unpacker.decompress(files.read_regular(path, _MOST_PACKED_BYTES), _MOST_BYTES)
        fields = Fields(json.loads(text) if unpacker.eof else {}, "photos")
        fields.whole("format_version", 1, FORMAT_VERSION)
        names = dict(enumerate(fields.names("classes", MOST_CLASSES)))
        return [
            _Entry(place, names[number], size, changed_ns, digest)
            for place, number, size, changed_ns, digest in fields.rows("photos", _MOST_PHOTOS, _ENTRY)
        ]
    except (OSError, ValueError, KeyError, RecursionError, zlib.error):
        return None


def _entries(photos: Iterable[Photo], folder: Path, facts: Mapping[Path, PhotoFacts]) -> Iterator[_Entry]:
    for photo in photos:
        yield _entry(photo, folder, facts.get(photo.path))


def _entry(photo: Photo, folder: Path, fact: PhotoFacts | None) -> _Entry:
    place = inside(photo.path, folder)
    if fact is None:
        return _Entry(place, photo.class_name, 0, 0, "")
    digest = fact.look.digest.hex() if fact.look is not None else ""
    return _Entry(place, photo.class_name, fact.state.size, fact.state.changed_ns, digest)
