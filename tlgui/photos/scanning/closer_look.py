"""Reads and decodes each photo once, at a small size: the facts that copies, dark and blurred photos need.

It follows the scan, which reads headers alone and is therefore fast; the results are stored with the facts. What else
is made of the photo's pixels is made of the same decode: the square for the network, the thumbnail, and the digests.
"""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import imagehash
import numpy as np
from PIL import Image, ImageChops

from tlgui import gui_priority
from tlgui.photos.facts import MINIATURE_SIDE, FileState, Look, PhotoFacts
from tlgui.photos.pictures.decode import THUMBNAIL_SIDE
from tlgui.photos.pictures.decoded import SmallPhoto
from tlgui.photos.pictures.opening import UnusablePhotoError, opened_bytes
from tlgui.photos.pictures.photo_reader import PhotoFile, PhotoReader
from tlgui.photos.pictures.thumbnails import ThumbnailStore
from tlgui.photos.scanning.photo_groups import relations_of
from tlgui.photos.scanning.scan import Survey
from tlgui.photos.scanning.thread_pool import Slots, worked_through
from tlgui.photos.scanning.unreadable import refusal, without_unreadable
from tlgui.photos.storage.facts_store import FactsStore, Refusal
from tlgui.progress import JobContext, Stage

PICTURE_SIDE = 224
"""The input of the built-in networks, in pixels: the square that is kept where no recipe is chosen yet."""

_SMALL_SIZE = 64
_TILES = 8
_SHARPEST = 3
_CHUNK = 16
_KEPT_AT_ONCE = 500
_HIGHLIGHTS_PERCENTILE = 95

# A photo, and its state when it was listed.
_Waiting = tuple[Path, FileState]


class Seen(NamedTuple):
    """The result of a closer look at one photo.

    Args:
        look: The facts.
        miniature: Of `MINIATURE_BYTES`; it separates photos whose hashes are close by chance.
    """

    look: Look
    miniature: bytes


def look_at(photo: PhotoFile, size: int = PICTURE_SIDE, thumbnails: ThumbnailStore | None = None) -> Seen:
    """Read and decode a photo once, measure it, and keep what the network and the window show of it.

    Args:
        photo: The photo.
        size: Side of the square that is kept for the network, in pixels.
        thumbnails: Where its thumbnail is stored; None, the default, stores none.

    Raises:
        UnusablePhotoError: The photo cannot be read; it names the reason.
    """
    decoded = photo.small(size)
    if thumbnails is not None:
        thumbnails.keep(photo.path, photo.content().status, THUMBNAIL_SIDE, decoded.thumbnail)
    return _measured(decoded, _digest(photo))


def look_closer(
    survey: Survey,
    context: JobContext,
    slots: Slots | None = None,
    *,
    size: int = PICTURE_SIDE,
    thumbnails: ThumbnailStore | None = None,
) -> Survey:
    """Look at every photo of a survey that has no look yet, and store the results.

    Results are stored in the course of it, so that a look that was stopped continues there. A photo that cannot be
    decoded becomes a problem of the collection.

    Args:
        survey: The result of a scan.
        context: Receives the progress; its checkpoint is called many times a second.
        slots: How many photos are decoded at a time, which may change meanwhile; by default one for each core.
        size: As of `look_at`.
        thumbnails: As of `look_at`.

    Returns:
        The survey with looks and groups, and without photos that cannot be decoded.

    Raises:
        Cancelled: The user pressed Stop.
    """
    facts = dict(survey.facts)
    waiting = [(path, fact.state) for path, fact in facts.items() if fact.look is None]
    with FactsStore(survey.collection.folder) as store, PhotoReader() as reader:
        look = _Looking(reader, size, thumbnails)
        refusals = _look_at_all(waiting, look, facts, store, context, slots or Slots()) if waiting else {}
        looked = without_unreadable(replace(survey, facts=facts), refusals)
        relations = relations_of(looked.collection, looked.facts, store)
    collection = replace(looked.collection, groups=relations.together)
    return replace(looked, collection=collection, near=relations.near, candidates=relations.candidates)


class _Looking:
    """Looks at photos in threads."""

    def __init__(self, reader: PhotoReader, size: int, thumbnails: ThumbnailStore | None) -> None:
        self._reader = reader
        self._size = size
        self._thumbnails = thumbnails

    def __call__(self, photo: _Waiting) -> tuple[Path, Seen | Refusal]:
        path, state = photo
        gui_priority.give_way()
        try:
            return path, look_at(self._reader.open(path), self._size, self._thumbnails)
        except UnusablePhotoError as error:
            return path, refusal(path, state, error)


def _look_at_all(
    photos: Sequence[_Waiting],
    look: _Looking,
    facts: dict[Path, PhotoFacts],
    store: FactsStore,
    context: JobContext,
    slots: Slots,
) -> dict[Path, Refusal]:
    """Look at photos, put the results into `facts` and the store, and return the refusals."""
    fresh: dict[Path, bytes] = {}
    refusals: dict[Path, Refusal] = {}
    kept = 0

    def keep() -> None:
        nonlocal kept
        store.put_looked_at({path: facts[path] for path in fresh}, fresh)
        fresh.clear()
        store.put_refused(dict(itertools.islice(refusals.items(), kept, None)))
        kept = len(refusals)

    try:
        for looked in worked_through(photos, look, context, stage=Stage.LOOKING, slots=slots, chunk=_CHUNK):
            for path, seen in looked:
                if isinstance(seen, Refusal):
                    refusals[path] = seen
                else:
                    facts[path] = facts[path]._replace(look=seen.look)
                    fresh[path] = seen.miniature
            if len(fresh) >= _KEPT_AT_ONCE:
                keep()
    finally:
        keep()
    store.put_together()
    return refusals


def _digest(photo: PhotoFile) -> bytes:
    """Return BLAKE2b of the file's bytes, by which earlier runs know their photos."""
    data = photo.content().data
    if data is not None:
        return hashlib.blake2b(data, digest_size=16).digest()
    with opened_bytes(photo.path) as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).digest()


def _measured(decoded: SmallPhoto, digest: bytes) -> Seen:
    photo = Image.fromarray(decoded.thumbnail)
    # Measures of the whole photo are as good on a smaller one, and faster; an enlarged one would show its pixels.
    is_large = min(photo.size) > _SMALL_SIZE
    small = photo.resize((_SMALL_SIZE, _SMALL_SIZE), Image.Resampling.BOX) if is_large else photo
    luminance = small.convert("L")
    miniature = luminance.resize((MINIATURE_SIDE, MINIATURE_SIDE), Image.Resampling.BOX)
    colour = small.resize((1, 1), Image.Resampling.BOX)
    red, green, blue = photo.split()
    look = Look(
        fingerprint=int(str(imagehash.phash(luminance)), 16),
        brightness=float(np.asarray(luminance).mean()) / 255,
        highlights=float(np.percentile(np.asarray(miniature), _HIGHLIGHTS_PERCENTILE)) / 255,
        # A red rose has detail in its red channel and little in its luminance.
        sharpness=_sharpness(ImageChops.lighter(ImageChops.lighter(red, green), blue)),
        digest=digest,
        traits=decoded.traits,
    )
    return Seen(look, miniature.tobytes() + colour.tobytes())


def _sharpness(channel: Image.Image) -> float:
    """Return the energy of the Laplacian in the third sharpest of 64 tiles, which a speck of dust does not change."""
    levels = np.asarray(channel, np.float32)
    around = levels[:-2, 1:-1] + levels[2:, 1:-1] + levels[1:-1, :-2] + levels[1:-1, 2:]
    energy = (around - 4 * levels[1:-1, 1:-1]) ** 2
    height, width = (side // _TILES for side in energy.shape)
    if not height or not width:
        return float(energy.mean()) if energy.size else 0.0
    tiles = energy[: _TILES * height, : _TILES * width].reshape(_TILES, height, _TILES, width).mean(axis=(1, 3))
    return float(np.sort(tiles, axis=None)[-_SHARPEST])
