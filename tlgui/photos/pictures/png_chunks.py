"""Reads PNG files whose text, colour profile or other auxiliary chunks are oversized or damaged, as viewers do.

Pillow refuses a whole file for one such chunk: for more than 1 MB of text or profile once decompressed, or for a wrong
checksum. Only critical chunks are needed for the pixels; an auxiliary one that cannot be read is skipped here, and a
large profile is read within a bound.
"""

import zlib

from PIL import PngImagePlugin
from typing_extensions import override

LARGEST_PROFILE = 16 << 20
"""Bytes of a colour profile; those of printers take a few megabytes."""

# The bit of the first letter that distinguishes lower case. Source: PNG specification, 5.4.
_AUXILIARY = 0x20
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})


class _Chunks(PngImagePlugin.PngStream):
    """The chunks of one file."""

    @override
    def call(self, cid: bytes, pos: int, length: int) -> bytes:
        # Pillow reports too much text only after it was kept.
        if cid in _TEXTS and self.text_memory >= PngImagePlugin.MAX_TEXT_MEMORY:
            return self._skipped(pos, length)
        try:
            return super().call(cid, pos, length)
        # EOFError and AttributeError are how Pillow reports pixels, the end, and unknown chunks.
        except (ValueError, SyntaxError, LookupError, TypeError):
            if not cid[0] & _AUXILIARY:
                raise
        if cid == b"iCCP":
            self.im_info["icc_profile"] = self._profile(pos, length)
        return self._skipped(pos, length)

    @override
    def crc(self, cid: bytes, data: bytes) -> None:
        if cid[0] & _AUXILIARY:
            self.crc_skip(cid, data)
        else:
            super().crc(cid, data)

    def _skipped(self, pos: int, length: int) -> bytes:
        if self.fp is not None:
            self.fp.seek(pos + length)
        return b""

    def _profile(self, pos: int, length: int) -> bytes | None:
        """Return the profile in a chunk: a name, a zero byte, the method, zero for deflate, and the profile."""
        if self.fp is None or length > LARGEST_PROFILE:
            return None
        self.fp.seek(pos)
        _, _, rest = self.fp.read(length).partition(b"\0")
        reader = zlib.decompressobj()
        try:
            profile = reader.decompress(rest[1:], LARGEST_PROFILE)
        except zlib.error:
            return None
        return None if reader.unconsumed_tail else profile


def install() -> None:
    """Make Pillow read the chunks of PNG files so in this process."""
    PngImagePlugin.PngStream = _Chunks  # type: ignore[misc]
