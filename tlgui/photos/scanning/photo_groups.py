"""The groups of a collection's photos, computed once and stored until a photo is added, removed or changed."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tlgui.photos.collection import Collection
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.scanning.duplicates import Groups, PhotoPairs, kept_together, near_copies
from tlgui.photos.storage.facts_store import FactsStore, PlaceGroups

_NEAR, _TOGETHER, _CANDIDATES = "near", "together", "candidates"


@dataclass(frozen=True, slots=True)
class Relations:
    """The groups among the photos of a collection.

    Args:
        near: Photos that show nearly the same, byte-for-byte copies included.
        together: Photos that must come into one part of a split.
        candidates: Pairs of photos that may show nearly the same, the closest first; see `near_copies`.
    """

    near: Groups = ()
    together: Groups = ()
    candidates: PhotoPairs = ()


def relations_of(collection: Collection, facts: Mapping[Path, PhotoFacts], store: FactsStore) -> Relations:
    """Return the relations of a collection's photos, from the store where it has those of exactly these photos.

    They are stored because each scan needs them and they take seconds to compute among 100,000 photos.

    Args:
        collection: The photos.
        facts: Of each usable photo; without a single look the result is empty.
        store: An open store of this collection.
    """
    paths = [photo.path for photo in collection.photos()]
    if not any(path in facts and facts[path].look is not None for path in paths):
        return Relations()
    key = _key(collection, facts)
    near, together = (_as_paths(store.groups(key, name), paths) for name in (_NEAR, _TOGETHER))
    candidates = _as_pairs(_as_paths(store.groups(key, _CANDIDATES), paths))
    if near is not None and together is not None and candidates is not None:
        return Relations(near, together, candidates)
    found = _computed(collection, facts, store)
    numbers = {path: number for number, path in enumerate(paths)}
    groups = {_NEAR: found.near, _TOGETHER: found.together, _CANDIDATES: found.candidates}
    store.put_groups(key, {name: _as_numbers(kind, numbers) for name, kind in groups.items()})
    return found


def _computed(collection: Collection, facts: Mapping[Path, PhotoFacts], store: FactsStore) -> Relations:
    """Compute the relations in the order of arrival, so that later photos never change the groups of earlier ones."""
    photos = sorted((photo for photo in collection.photos() if photo.path in facts), key=lambda photo: photo.arrival)
    known = {photo.path: facts[photo.path] for photo in photos}
    near = near_copies(known, store.miniatures(list(known)))
    return Relations(near.groups, kept_together(photos, known, near.groups), near.candidates)


def _key(collection: Collection, facts: Mapping[Path, PhotoFacts]) -> bytes:
    """Return a digest of the photos, their states, and whether each was looked at."""
    text = "\0".join(_lines(collection, facts))
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()


def _lines(collection: Collection, facts: Mapping[Path, PhotoFacts]) -> Iterator[str]:
    for photo_class in collection.classes:
        yield "\0".join(map(str, photo_class.folders))
        folder = photo_class.folders[0] if photo_class.folders else None
        for photo in photo_class.photos:
            fact = facts.get(photo.path)
            known = (*fact.state, fact.look is not None) if fact is not None else ()
            if photo.path.parent != folder:
                folder = photo.path.parent
                yield str(folder)
            yield f"{photo.path.name}\0{photo.part}\0{photo.arrival}\0{known}"


def _as_paths(groups: PlaceGroups | None, paths: list[Path]) -> Groups | None:
    if groups is None or not all(0 <= number < len(paths) for group in groups for number in group):
        return None
    return tuple(tuple(paths[number] for number in group) for group in groups)


def _as_pairs(groups: Groups | None) -> PhotoPairs | None:
    if groups is None or not all(len(group) == 2 for group in groups):
        return None
    return tuple((first, second) for first, second in groups)


def _as_numbers(groups: Groups, numbers: Mapping[Path, int]) -> PlaceGroups:
    return [[numbers[path] for path in group] for group in groups]
