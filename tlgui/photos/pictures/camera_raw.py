"""Reads camera RAW files as a plugin of Pillow, with LibRaw.

A RAW file holds the samples of a sensor, and nearly always a JPEG that the camera made of them, which is what file
managers and viewers show. That JPEG is used where its longer side has at least `LEAST_PREVIEW` pixels, four times what
most networks take; else the samples are developed, with the camera's white balance. Developing 24 million pixels takes
seconds, decoding the JPEG at the size of a network some milliseconds.
"""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import rawpy
from PIL import ExifTags, Image, ImageFile, ImageOps
from typing_extensions import override

from tlgui.photos.pictures.formats import format_of, is_tiff
from tlgui.photos.pictures.opening import DAMAGED, MAX_PIXELS
from tlgui.photos.pictures.raw_tags import RawTags, read_raw_tags
from tlgui.photos.pictures.variants import UnsupportedVariantError

NAME = "RAW"
LEAST_PREVIEW = 1024
"""Pixels on the longer side of an embedded JPEG that is used instead of the samples."""

# Of LibRaw while it develops a picture: the samples, four channels of 16 bits, and the result.
_BYTES_A_PIXEL = 16
_PREVIEW_BYTES_A_PIXEL = 4
_TURNS = {3: Image.Transpose.ROTATE_180, 5: Image.Transpose.ROTATE_90, 6: Image.Transpose.ROTATE_270}
_SIDEWAYS = frozenset({5, 6})


class RawImageFile(ImageFile.ImageFile):
    """A RAW file; its size before it is loaded is that of the sensor's picture, upright."""

    format = NAME
    format_description = "camera RAW"
    _close_exclusive_fp_after_loading = False

    @override
    def _open(self) -> None:
        stream: Any = self.fp
        tags = read_raw_tags(stream)
        if tags is None:
            raise SyntaxError("no RAW file")
        with self._raw() as raw:
            sizes = raw.sizes
            self._turn = _TURNS.get(sizes.flip)
            self._is_sideways = sizes.flip in _SIDEWAYS
            self._size = (sizes.height, sizes.width) if self._is_sideways else (sizes.width, sizes.height)
            # Before the samples are unpacked: rawpy then forgets the file. Its notes would unpack them too.
            self._preview, preview_pixels = _preview(raw)
        self._notes = _notes(tags, self._preview)
        self._mode = "RGB"
        self._wanted: tuple[int, int] | None = None
        own_bytes = _BYTES_A_PIXEL * self.width * self.height
        self.working_bytes = _PREVIEW_BYTES_A_PIXEL * preview_pixels if self._preview else own_bytes
        self._is_decoded = False

    @override
    def draft(self, mode: str | None, size: tuple[int, int] | None) -> None:
        self._wanted = size

    @override
    def getexif(self) -> Image.Exif:
        # Without the orientation: the pixels are upright.
        return self._notes

    @override
    def load(self) -> Any:
        if not self._is_decoded:
            image = self._shown_preview(self._preview) if self._preview else self._developed()
            self._size, self.im, self._is_decoded = image.size, image.im, True
        return super().load()

    @contextlib.contextmanager
    def _raw(self) -> Iterator[rawpy.RawPy]:
        stream: Any = self.fp
        stream.seek(0)
        with contextlib.closing(rawpy.RawPy()) as raw:
            try:
                raw.open_buffer(stream)
                yield raw
            except rawpy.LibRawFileUnsupportedError:
                raise UnsupportedVariantError("is a RAW file of a kind that LibRaw does not read") from None
            except rawpy.LibRawUnsufficientMemoryError:
                raise MemoryError from None
            except rawpy.LibRawError as error:
                raise OSError(str(error)) from error

    def _shown_preview(self, data: bytes) -> Image.Image:
        """Return the camera's JPEG, upright."""
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as preview:
            is_lying = (preview.width < preview.height) != (self.width < self.height)
            if self._wanted is not None:
                preview.draft(None, self._wanted[::-1] if is_lying else self._wanted)
            self.info["icc_profile"] = preview.info.get("icc_profile")
            return self._upright(preview, is_lying=is_lying).convert("RGB")

    def _upright(self, preview: Image.Image, *, is_lying: bool) -> Image.Image:
        if preview.getexif().get(ExifTags.Base.Orientation, 1) != 1:
            return ImageOps.exif_transpose(preview)
        # Some programs store it upright already.
        turn = self._turn if is_lying or not self._is_sideways else None
        return preview if turn is None else preview.transpose(turn)

    def _developed(self) -> Image.Image:
        is_half = self._wanted is not None and all(
            side // 2 >= wanted for side, wanted in zip(self.size, self._wanted, strict=True)
        )
        with self._raw() as raw:
            raw.unpack()
            pixels = raw.postprocess(use_camera_wb=True, half_size=is_half)
        return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).convert("RGB")


def accepts(prefix: bytes) -> bool:
    """Return whether a file may be a RAW file: by its own signature, or as a TIFF file."""
    return is_tiff(prefix) or format_of(prefix) == NAME


def register() -> None:
    """Make Pillow open such files in this process, as the format `NAME`."""
    Image.register_open(NAME, RawImageFile, accepts)


def _preview(raw: rawpy.RawPy) -> tuple[bytes, int]:
    """Return the camera's JPEG and how many pixels it has; nothing where it is missing, small, huge or damaged."""
    try:
        found = raw.extract_thumb()
        data = bytes(found.data) if found.format is rawpy.ThumbFormat.JPEG else b""
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as preview:
            pixels = preview.width * preview.height
            if max(preview.size) < LEAST_PREVIEW or pixels > MAX_PIXELS:
                return b"", 0
            preview.draft(None, (1, 1))
            preview.load()
    except (rawpy.LibRawError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return b"", 0
    return data, pixels


def _notes(tags: RawTags, preview: bytes) -> Image.Exif:
    """Return when the photo was taken, and by which camera, as far as the file or its JPEG says."""
    notes, shown = Image.Exif(), Image.Exif()
    if preview:
        with Image.open(io.BytesIO(preview), formats=("JPEG",)) as image, contextlib.suppress(*DAMAGED):
            shown = image.getexif()
    notes[ExifTags.Base.Make] = tags.make or shown.get(ExifTags.Base.Make)
    notes[ExifTags.Base.Model] = tags.model or shown.get(ExifTags.Base.Model)
    inner, shown_inner = notes.get_ifd(ExifTags.IFD.Exif), shown.get_ifd(ExifTags.IFD.Exif)
    taken = tags.taken or shown_inner.get(ExifTags.Base.DateTimeOriginal) or shown.get(ExifTags.Base.DateTime)
    inner[ExifTags.Base.DateTimeOriginal] = taken
    inner[ExifTags.Base.SubsecTimeOriginal] = tags.fraction
    inner[ExifTags.Base.BodySerialNumber] = tags.serial
    return notes
