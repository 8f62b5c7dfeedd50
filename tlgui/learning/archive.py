"""Zip files from anyone: what must hold before a byte of a `.tlmodel`, or of the `.keras` file inside, is believed.

tlgui and Keras store their members without compressing them, and nothing else is accepted: so no member can be larger
than the file itself, and there is no bomb to unpack.
"""

import hashlib
import json
import re
import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

MOST_JSON_BYTES = 64 * 1024**2

_MOST_MEMBERS = 16
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
# The end of a zip without a comment: signature, disk numbers, entries here and in all, directory size and offset.
_END = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR_BYTES = 20
_CHUNK_BYTES = 1024**2


class UntrustedError(ValueError):
    """The file must not be used; the text says why, as the end of a sentence that names the file."""


class DamagedError(UntrustedError):
    """The file is not what was once written: cut off, or changed on its way."""


def open_archive(stream: BinaryIO, most_bytes: int) -> zipfile.ZipFile:
    """Open a zip whose every member is plainly named, stored as it is, and there once.

    Args:
        stream: The file, open for reading.
        most_bytes: The largest file to look into.

    Raises:
        UntrustedError: Anything else.
    """
    _check_end(stream, most_bytes)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise DamagedError("it is damaged") from error
    names: set[str] = set()
    for member in archive.infolist():
        if not _PLAIN_NAME.fullmatch(member.filename):
            raise UntrustedError(f"it holds a file named “{member.filename[:100]}”, which could be put anywhere")
        if member.filename in names:
            raise UntrustedError(f"it holds “{member.filename}” twice")
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
            raise UntrustedError(f"“{member.filename}” in it is compressed, which tlgui never does")
        names.add(member.filename)
    return archive


def read_member(archive: zipfile.ZipFile, name: str, most_bytes: int = MOST_JSON_BYTES) -> bytes:
    """Return one member of a zip from `open_archive`.

    Raises:
        UntrustedError: It is not there, larger than `most_bytes`, or damaged.
    """
    try:
        size = archive.getinfo(name).file_size
    except KeyError:
        raise UntrustedError(f"“{name}” is missing in it") from None
    if size > most_bytes:
        raise UntrustedError(f"“{name}” in it is far too large")
    return b"".join(stream_member(archive, name))


def stream_member(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield one member of a zip from `open_archive` in pieces.

    Raises:
        UntrustedError: It is damaged.
    """
    try:
        with archive.open(name) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                yield chunk
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, struct.error) as error:
        raise DamagedError(f"“{name}” in it is damaged") from error


def parse_json(data: bytes, name: str) -> object:
    """Return what a JSON member says.

    Raises:
        UntrustedError: It is not JSON, or nested beyond reason.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UntrustedError(f"“{name}” in it is not JSON") from error


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _check_end(stream: BinaryIO, most_bytes: int) -> None:
    """Read the last bytes of the file by hand: a directory with a million entries must not be parsed to be counted."""
    size = stream.seek(0, 2)
    if size > most_bytes:
        raise UntrustedError("it is far too large")
    if size < _END.size + _ZIP64_LOCATOR_BYTES:
        raise DamagedError("it is cut off, or no model at all")
    stream.seek(size - _END.size - _ZIP64_LOCATOR_BYTES)
    tail = stream.read()
    signature, _, _, _, entries, _, _, comment_bytes = _END.unpack(tail[_ZIP64_LOCATOR_BYTES:])
    if signature != b"PK\5\6" or comment_bytes:
        raise DamagedError("it is cut off, or no model at all")
    # A second directory, for files beyond 4 GB, would overrule the count that was just read.
    if entries > _MOST_MEMBERS or tail.startswith(b"PK\6\7"):
        raise UntrustedError("it holds too many files")
    stream.seek(0)
