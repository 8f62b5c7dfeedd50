"""Reads the facts about a photo from its header and its end, so that a scan need not decode every photo.

A photo is decoded only where its end is missing or its structure is inconsistent.
"""

import calendar
import contextlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import ExifTags, Image

from tlgui import gui_priority
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.photos.pictures import helper_pool
from tlgui.photos.pictures.decode import decode_through
from tlgui.photos.pictures.formats import plain_format
from tlgui.photos.pictures.jpeg_header import jpeg_header, read_jpeg_header
from tlgui.photos.pictures.opening import (
    DAMAGED,
    MAX_PIXELS,
    NeedsHelperError,
    UnusablePhotoError,
    opened,
    quiet_pillow,
    unusable,
)
from tlgui.photos.pictures.wholeness import looks_whole

_TRIES = 2
_Reader = Callable[[Path, FileState], PhotoFacts]
_SIDEWAYS = range(5, 9)  # EXIF orientations that swap width and height
_TIME = re.compile(r"(\d{4})\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)")


def state_of(status: os.stat_result) -> FileState:
    """Return the state of a file from its `os.stat` result."""
    return FileState(status.st_size, status.st_mtime_ns)


def read_facts(path: Path, state: FileState) -> PhotoFacts:
    """Read the facts about a photo, as cheaply as possible.

    A file that another program changes while it is read is read once more.

    Args:
        path: The file.
        state: Its state as listed.

    Returns:
        The facts, with the state of the file when they were read.

    Raises:
        UnusablePhotoError: The file is gone, damaged, too large, not an image, may not be read, or changes while it
            is read.
    """
    try:
        return _read_settled(path, state, _read)
    except NeedsHelperError:
        return _read_settled(path, state, _read_by_helper)


def read_all_facts(listed: Sequence[tuple[Path, FileState]]) -> list[PhotoFacts | UnusablePhotoError]:
    """Read the facts about several photos, as `read_facts` does for one.

    Those that a helper process opens are sent to it together: a round trip takes longer than opening a photo.

    Args:
        listed: The files, and their states as listed.

    Returns:
        For each, in order, its facts or why it cannot be used.
    """
    found = [_found(path, state, _read) for path, state in listed]
    waiting = [item for item, facts in zip(listed, found, strict=True) if facts is None]
    answers = iter(_read_all_by_helper(waiting))
    return [facts or next(answers) for facts in found]


def time_taken(path: Path, data: bytes | None = None) -> float | None:
    """Return when a photo was taken, without decoding it.

    Args:
        path: The photo.
        data: What its file holds, where that was read already; None, the default, reads the file.

    Returns:
        As `PhotoFacts.taken`; None too where the file cannot be read.
    """
    try:
        header = jpeg_header(data) if data else read_jpeg_header(path)
        if header is not None:
            return _taken_of(_loaded(header.exif))
        with opened(path, data) as image:
            return _taken_of(_exif(image))
    except NeedsHelperError:
        (answer,) = helper_pool.read_facts([path])
        return None if isinstance(answer, UnusablePhotoError) else answer.taken
    except (OSError, UnusablePhotoError):
        return None


def _read_all_by_helper(listed: Sequence[tuple[Path, FileState]]) -> Iterator[PhotoFacts | UnusablePhotoError]:
    answers = helper_pool.read_facts([path for path, _ in listed])
    for (path, state), answer in zip(listed, answers, strict=True):
        if state_now(path) not in {None, state}:
            yield _found(path, state, _read_by_helper) or _gone(path)
        else:
            yield answer if isinstance(answer, UnusablePhotoError) else answer._replace(state=state)


def _read_by_helper(path: Path, state: FileState) -> PhotoFacts:
    (answer,) = helper_pool.read_facts([path])
    if isinstance(answer, UnusablePhotoError):
        raise answer
    return answer._replace(state=state)


def _found(path: Path, state: FileState, read: _Reader) -> PhotoFacts | UnusablePhotoError | None:
    """Return the facts about a file or why there are none; None where it is to be opened in a helper process."""
    gui_priority.give_way()
    try:
        return _read_settled(path, state, read)
    except UnusablePhotoError as error:
        return error
    except NeedsHelperError:
        return None


def _read_settled(path: Path, state: FileState, read: _Reader) -> PhotoFacts:
    """Read the facts about a file, once more where it changes meanwhile."""
    for _ in range(_TRIES):
        facts, error = None, None
        try:
            facts = read(path, state)
        except UnusablePhotoError as refusal:
            error = refusal
        now = state_now(path)
        if now is None or now == state:
            if facts is None:
                raise error or _gone(path)
            return facts
        state = now
    raise unusable(path, ProblemKind.CHANGING, "It is being changed right now.", "Read the folder again later.")


def _gone(path: Path) -> UnusablePhotoError:
    return unusable(path, ProblemKind.GONE, "It is no longer there.")


def state_now(path: Path) -> FileState | None:
    """Return the present state of a file; None where it is gone or cannot be accessed."""
    try:
        # Called for every photo of a collection: a method of Path takes twice as long.
        return state_of(os.stat(path))  # noqa: PTH116
    except OSError:
        return None


def _read(path: Path, state: FileState) -> PhotoFacts:
    # The same error is raised again below, with its reason.
    with contextlib.suppress(OSError, MemoryError):
        header = read_jpeg_header(path) if state.size else None
        if header is not None and header.has_end and 1 < header.width * header.height <= MAX_PIXELS:
            return _facts(state, "JPEG", header.width, header.height, _loaded(header.exif))
    return read_opened(path, state)


def read_opened(path: Path, state: FileState) -> PhotoFacts:
    """Open a photo in this process, and return the facts about it.

    Args:
        path: The file.
        state: Its state, for the result.

    Raises:
        NeedsHelperError: It is to be opened in a helper process.
        UnusablePhotoError: As `read_facts`.
    """
    with opened(path) as image:
        image_format = plain_format(image.format or "")
        # Decoding may change the size, so the header's is taken before.
        width, height = image.size
        exif = _exif(image)
        if not looks_whole(image):
            decode_through(image)
        return _facts(state, image_format, width, height, exif)


def _loaded(block: bytes) -> Image.Exif | None:
    if not block:
        return None
    exif = Image.Exif()
    with contextlib.suppress(OSError, *DAMAGED), quiet_pillow:
        exif.load(block)
    return exif


def _exif(image: Image.Image) -> Image.Exif | None:
    # Without an EXIF block in front of the pixels of a PNG, Pillow would decode them to look for one behind.
    if image.format == "PNG" and "exif" not in image.info:
        return None
    try:
        return image.getexif()
    except (OSError, *DAMAGED):
        return None


def _facts(state: FileState, image_format: str, width: int, height: int, exif: Image.Exif | None) -> PhotoFacts:
    if not exif:
        return PhotoFacts(state, width, height, image_format)
    if _tag(exif, ExifTags.Base.Orientation) in _SIDEWAYS:
        width, height = height, width
    inner = _inner(exif)
    names = (
        _tag(exif, ExifTags.Base.Make),
        _tag(exif, ExifTags.Base.Model),
        _tag(inner, ExifTags.Base.BodySerialNumber),
    )
    camera = " ".join(name.strip("\0 ") for name in names if isinstance(name, str))
    return PhotoFacts(state, width, height, image_format, _taken(inner), camera.strip())


def _inner(exif: Image.Exif) -> dict[int, object]:
    with contextlib.suppress(OSError, *DAMAGED), quiet_pillow:
        return dict(exif.get_ifd(ExifTags.IFD.Exif))
    return {}


def _tag(tags: Image.Exif | dict[int, object], tag: int) -> object:
    with contextlib.suppress(OSError, *DAMAGED):
        return tags.get(tag)
    return None


def _taken_of(exif: Image.Exif | None) -> float | None:
    return _taken(_inner(exif)) if exif else None


def _taken(inner: dict[int, object]) -> float | None:
    """Return the time of the camera's clock, with its fraction of a second where there is one."""
    match = _TIME.match(str(inner.get(ExifTags.Base.DateTimeOriginal, "")))
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    if not (year and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    fraction = str(inner.get(ExifTags.Base.SubsecTimeOriginal, "")).strip("\0 ")
    share = float(f"0.{fraction}") if fraction.isascii() and fraction.isdigit() else 0.0
    return calendar.timegm((year, month, day, hour, minute, second)) + share
