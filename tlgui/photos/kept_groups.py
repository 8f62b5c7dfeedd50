"""Which photos stay on one side of a split, found out once and kept until a photo comes, goes or changes."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from tlgui.photos.collection import Collection
from tlgui.photos.duplicates import Groups, kept_together
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.facts_store import FactsStore
from tlgui.photos.places import inside, outside


def groups_of(collection: Collection, facts: Mapping[Path, PhotoFacts], store: FactsStore) -> Groups:
    """Return `kept_together` of a collection, from the store where it has that of these very photos.

    Among 100,000 photos it takes seconds to find out, and each reading of the folder asks for it.
    """
    key = _key(collection, facts)
    kept = store.groups(key)
    if kept is not None:
        return tuple(tuple(outside(place, collection.folder) for place in group) for group in kept)
    groups = kept_together(collection, facts)
    store.put_groups(key, [[inside(path, collection.folder) for path in group] for group in groups])
    return groups


def _key(collection: Collection, facts: Mapping[Path, PhotoFacts]) -> bytes:
    """Return what tells these photos, as they are and as far as they are known, from all others."""
    lines = []
    for photo in collection.photos():
        fact = facts.get(photo.path)
        known = f"{fact.state.size} {fact.state.changed_ns} {fact.look is not None}" if fact is not None else ""
        lines.append(f"{photo.path}\0{photo.arrival} {known}\0")
    return hashlib.blake2b("".join(lines).encode(errors="surrogatepass"), digest_size=16).digest()
