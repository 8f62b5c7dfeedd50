"""Reads zip files as untrusted input: the checks before a `.tlmodel`, or the `.keras` file inside, is used.

tlgui and Keras store their members without compression, and nothing else is accepted. So no member can be larger than
the file itself, and a small file cannot unpack to a huge one.
"""

import hashlib
import json
import re
import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

# JSON takes up to twenty times as much memory once it is parsed.
MOST_JSON_BYTES = 16 * 1024**2
# Larger zips have a second directory; accepting that would need more checks, for models that no recipe makes.
MOST_ARCHIVE_BYTES = 2 * 1024**3 - 1

_MOST_MEMBERS = 16
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
# The end of a zip without a comment: signature, disk numbers, entries here and in all, directory size and offset.
_END = struct.Struct("<4s4H2LH")
# The same for files beyond 4 GB, and the record that locates it: signature, disk number, offset, disks in all.
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
# The bytes of a directory entry without its name, and the most with its name and the sizes of a large file.
_FEWEST_ENTRY_BYTES, _MOST_ENTRY_BYTES = 46, 512
_CHUNK_BYTES = 1024**2
_NO_MODEL, _TOO_MANY = "it is cut off, or no model at all", "it holds too many files"


class UntrustedError(ValueError):
    """The file must not be used; the text is the end of a sentence that begins with the file's name."""


class DamagedError(UntrustedError):
    """The file is not as it was written: cut off or changed."""


class TooLargeError(UntrustedError):
    """The file is sound, but this computer has too little memory for it."""


def open_archive(stream: BinaryIO, most_bytes: int, most_member_bytes: int | None = None) -> zipfile.ZipFile:
    """Open a zip whose every member has a plain name, is stored without compression, and occurs once.

    Args:
        stream: The file, open for reading.
        most_bytes: The largest file to look into.
        most_member_bytes: The largest member it may hold; None for as large as the file.

    Raises:
        UntrustedError: Anything else.
    """
    if stream.seek(0, 2) > most_bytes:
        raise UntrustedError("it is far too large")
    archive = open_numbered(stream, _MOST_MEMBERS, may_be_large=False)
    names: set[str] = set()
    for member in archive.infolist():
        if not _PLAIN_NAME.fullmatch(member.filename):
            raise UntrustedError(f"it holds a file named “{member.filename[:100]}”, which could be put anywhere")
        if member.filename in names:
            raise UntrustedError(f"it holds “{member.filename}” twice")
        if most_member_bytes is not None and member.file_size > most_member_bytes:
            raise UntrustedError(f"“{member.filename}” in it is far too large")
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
            raise UntrustedError(f"“{member.filename}” in it is compressed, which tlgui and Keras never do")
        names.add(member.filename)
    return archive


def open_numbered(stream: BinaryIO, most_members: int, *, may_be_large: bool) -> zipfile.ZipFile:
    """Open a zip after checking the count of members and the size of the directory in its last bytes.

    Args:
        stream: The file, open for reading.
        most_members: The most members it may hold.
        may_be_large: Whether it may be larger than 4 GB, with a second end of its directory.

    Raises:
        UntrustedError: It is no zip, is damaged, or holds more.
    """
    _check_end(stream, most_members, may_be_large=may_be_large)
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise DamagedError("it is damaged") from error


def read_member(archive: zipfile.ZipFile, name: str, most_bytes: int = MOST_JSON_BYTES) -> bytes:
    """Return one member of a zip from `open_archive`.

    Args:
        archive: The zip.
        name: The member's name.
        most_bytes: The largest member to read.

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
    """Yield one member of a zip from `open_archive` in pieces of up to 1 MiB.

    Args:
        archive: The zip.
        name: The member's name.

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
    """Return a JSON member, parsed.

    Args:
        data: The member.
        name: Its name, for the error.

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


def _check_end(stream: BinaryIO, most_members: int, *, may_be_large: bool) -> None:
    """Check the last bytes of the file without `zipfile`, which would parse a directory of a million entries."""
    size = stream.seek(0, 2)
    if size < _END.size + _LOCATOR.size:
        raise DamagedError(_NO_MODEL)
    stream.seek(size - _END.size - _LOCATOR.size)
    tail = stream.read()
    signature, _, _, _, entries, byte_count, offset, comment_bytes = _END.unpack(tail[_LOCATOR.size :])
    if signature != b"PK\5\6" or comment_bytes:
        raise DamagedError(_NO_MODEL)
    end = size - _END.size
    if tail.startswith(b"PK\6\7"):
        # A second directory, for files beyond 4 GB, overrules the first.
        if not may_be_large:
            raise UntrustedError(_TOO_MANY)
        entries, byte_count, offset, end = _large_end(stream, end)
    if entries > most_members:
        raise UntrustedError(_TOO_MANY)
    # `zipfile` reads entries up to the size of the directory, regardless of the count.
    if not entries * _FEWEST_ENTRY_BYTES <= byte_count <= entries * _MOST_ENTRY_BYTES or offset + byte_count != end:
        raise DamagedError("its directory is damaged")
    stream.seek(0)


def _large_end(stream: BinaryIO, end: int) -> tuple[int, int, int, int]:
    """Return entries, size and place of the directory, and where it ends, as a file beyond 4 GB has them."""
    place = end - _LOCATOR.size - _END_64.size
    stream.seek(max(0, place))
    data = stream.read(_END_64.size)
    if place < 0 or not data.startswith(b"PK\6\6"):
        raise DamagedError(_NO_MODEL)
    entries, byte_count, offset = _END_64.unpack(data)[-3:]
    return entries, byte_count, offset, place
