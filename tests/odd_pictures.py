"""Writes one file of each odd kind that people have, and says whether it is a photo that can be used."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin

from tests import pictures
from tests.tiff_writing import SHORT, write_dng, write_packed_tiff, write_tiff
from tlgui.photos.collection import ProblemKind

WIDTH, HEIGHT = 96, 64
_PNG_SIGNATURE_BYTES = 8


@dataclass(frozen=True)
class OddFile:
    """A file of an odd kind.

    Args:
        name: Its name.
        write: Writes it.
        problem: Why it cannot be used; None where it can.
    """

    name: str
    write: Callable[[Path], object]
    problem: ProblemKind | None = None


def scene() -> NDArray[np.uint8]:
    """Return the picture that the files show: a bright disc before a darker gradient, uint8 (height, width, 3)."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    disc = (rows - HEIGHT / 2) ** 2 + (columns - WIDTH / 2) ** 2 < (HEIGHT / 3) ** 2
    ground = np.stack([40 + columns, 90 + rows, 160 - columns], axis=2)
    return np.where(disc[:, :, None], np.array([240, 200, 60]), ground).astype(np.uint8)


def grey() -> NDArray[np.uint8]:
    """Return the scene in grey, uint8 (height, width)."""
    return np.asarray(Image.fromarray(scene()).convert("L"))


def write_long_text(path: Path) -> None:
    """Write a PNG with 1.5 MB of compressed text."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("workflow", "node " * 300_000, zip=True)
    Image.fromarray(scene()).save(path, "PNG", pnginfo=info)


def write_many_texts(path: Path) -> None:
    """Write a PNG with 100 MB of text in a hundred compressed chunks."""
    info = PngImagePlugin.PngInfo()
    for number in range(100):
        info.add_text(f"note {number}", "x" * 1_000_000, zip=True)
    Image.fromarray(scene()).save(path, "PNG", pnginfo=info)


def write_large_profile(path: Path) -> None:
    """Write a PNG whose colour profile has 2 MB, and exchanges red and blue."""
    profile = bytearray(pictures.swapped_profile()) + bytes(2_000_000)
    struct.pack_into(">I", profile, 0, len(profile))
    Image.fromarray(scene()[:, :, ::-1]).save(path, "PNG", icc_profile=bytes(profile))


def write_wrong_checksum(path: Path) -> None:
    """Write a PNG with a wrong checksum in a chunk that is not needed for the pixels."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "A disc")
    Image.fromarray(scene()).save(path, "PNG", pnginfo=info)
    data = bytearray(path.read_bytes())
    data[data.index(b"A disc")] ^= 1
    path.write_bytes(data)


def write_odd_chunk(path: Path) -> None:
    """Write a PNG with a chunk for the gamma that is too short."""
    Image.fromarray(scene()).save(path, "PNG")
    data = path.read_bytes()
    place = _PNG_SIGNATURE_BYTES + 25
    chunk = struct.pack(">I", 2) + b"gAMA\0\1" + struct.pack(">I", zlib.crc32(b"gAMA\0\1"))
    path.write_bytes(data[:place] + chunk + data[place:])


def write_damaged_pixels(path: Path) -> None:
    """Write a PNG whose pixels are damaged."""
    Image.fromarray(pictures.pixels(300, 200)).save(path, "PNG")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = b"\x55" * 300
    path.write_bytes(data)


def write_16_bit(path: Path, factor: int, offset: int = 0) -> None:
    """Write the scene in grey as 16-bit samples."""
    samples = grey().astype(np.uint16) * factor + offset
    Image.fromarray(samples.astype(np.uint16)).save(path)


def write_16_bit_colours(path: Path, factor: int) -> None:
    """Write the scene as a PNG of 16 bits a channel."""
    samples = (scene().astype(np.uint16) * factor).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def write_white_shape(path: Path) -> None:
    """Write a white disc on transparency."""
    Image.fromarray(_shape(255)).save(path, "PNG")


def write_black_shape(path: Path) -> None:
    """Write a black disc on transparency."""
    Image.fromarray(_shape(0)).save(path, "PNG")


def write_blank_first_frame(path: Path) -> None:
    """Write an animation whose first frame is white."""
    blank = Image.new("RGB", (WIDTH, HEIGHT), "white")
    frames = [blank.copy(), Image.fromarray(scene()), Image.fromarray(scene()[:, ::-1])]
    options: dict[str, Any] = {"lossless": True} if path.suffix == ".webp" else {}
    blank.save(path, save_all=True, append_images=frames, duration=100, **options)


def write_fade_in(path: Path) -> None:
    """Write an animation that begins black and becomes brighter."""
    frames = [Image.fromarray((scene() * share).astype(np.uint8)) for share in (0, 0.02, 0.1, 0.5, 1)]
    frames[0].save(path, "PNG", save_all=True, append_images=frames[1:], duration=100)


def write_floats(path: Path) -> None:
    """Write the scene as floating-point colours from 0 to 1."""
    write_tiff(path, scene().astype(np.float32) / 255, 2)


def write_bands(path: Path, count: int, photometric: int = 1, *, extra: bool = False) -> None:
    """Write a picture of many bands: the scene's colours, and then grey."""
    bands = np.repeat(grey()[:, :, None], count, axis=2)
    bands[:, :, :3] = scene()
    tags = {338: (SHORT, [0] * (count - 3))} if extra else {}
    write_tiff(path, bands, photometric, tags=tags)


def write_raw(path: Path) -> None:
    """Write a camera RAW file without a JPEG inside."""
    write_dng(path, scene())


def write_raw_with_preview(path: Path) -> None:
    """Write a camera RAW file with a JPEG inside that is large enough."""
    size = (1200, 800)
    stream = io.BytesIO()
    Image.fromarray(scene()).resize(size).save(stream, "JPEG", quality=90)
    write_dng(path, np.zeros((80, 120, 3), np.uint8), preview=stream.getvalue(), preview_size=size)


def write_save(path: Path, pillow_format: str, mode: str = "RGB") -> None:
    """Write the scene by Pillow."""
    Image.fromarray(scene()).convert(mode).save(path, pillow_format)


def write_odd_bmp(path: Path) -> None:
    """Write a BMP whose rows are compressed in a way that Pillow does not read."""
    write_save(path, "BMP")
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 30, 4)
    path.write_bytes(data)


def _shape(level: int) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    disc = (rows - HEIGHT / 2) ** 2 + (columns - WIDTH / 2) ** 2 < (HEIGHT / 3) ** 2
    shape = np.full((HEIGHT, WIDTH, 4), level, np.uint8)
    shape[:, :, 3] = np.where(disc, 255, 0)
    return shape


def _lab(path: Path) -> None:
    source, target = (ImageCms.ImageCmsProfile(ImageCms.createProfile(space)) for space in ("sRGB", "LAB"))
    transform = ImageCms.buildTransform(source, target, "RGB", "LAB")
    transform.apply(Image.fromarray(scene())).save(path, "TIFF")


ODD_FILES = (
    OddFile("long text.png", write_long_text),
    OddFile("many texts.png", write_many_texts),
    OddFile("large profile.png", write_large_profile),
    OddFile("wrong checksum.png", write_wrong_checksum),
    OddFile("odd chunk.png", write_odd_chunk),
    OddFile("damaged pixels.png", write_damaged_pixels, ProblemKind.UNREADABLE),
    OddFile("without a suffix", lambda path: write_save(path, "JPEG")),
    OddFile("jpeg.png", lambda path: write_save(path, "JPEG")),
    OddFile("jpeg.txt", lambda path: write_save(path, "JPEG")),
    OddFile("png.dat", lambda path: write_save(path, "PNG")),
    OddFile("heic without a suffix", pictures.write_heic),
    OddFile("10 bits.png", lambda path: write_16_bit(path, 4)),
    OddFile("10 bits.tif", lambda path: write_16_bit(path, 4)),
    OddFile("12 bits.png", lambda path: write_16_bit(path, 16)),
    OddFile("12 bits.tif", lambda path: write_16_bit(path, 16)),
    OddFile("16 bits.png", lambda path: write_16_bit(path, 257)),
    OddFile("16 bits.tif", lambda path: write_16_bit(path, 257)),
    OddFile("offset.png", lambda path: write_16_bit(path, 4, 28_000)),
    OddFile("offset.tif", lambda path: write_16_bit(path, 4, 28_000)),
    OddFile("12 bits packed.tif", lambda path: write_packed_tiff(path, grey().astype(np.uint16) * 16, 12)),
    OddFile("10 bits packed.tif", lambda path: write_packed_tiff(path, grey().astype(np.uint16) * 4, 10)),
    OddFile("12-bit colours.png", lambda path: write_16_bit_colours(path, 16)),
    OddFile("16-bit colours.png", lambda path: write_16_bit_colours(path, 257)),
    OddFile("12-bit colours.tif", lambda path: write_tiff(path, scene().astype(np.uint16) * 16, 2)),
    OddFile("16-bit colours.tif", lambda path: write_tiff(path, scene().astype(np.uint16) * 257, 2, order=">")),
    OddFile("white is zero.tif", lambda path: write_tiff(path, 65_535 - grey()[:, :, None].astype(np.uint16) * 257, 0)),
    OddFile("32 bits.tif", lambda path: write_tiff(path, grey()[:, :, None].astype(np.uint32) * 16_843_009)),
    OddFile("four bands.tif", lambda path: write_bands(path, 4, 2)),
    OddFile("float colours.tif", write_floats),
    OddFile("colours of seven bands.tif", lambda path: write_bands(path, 7, 2, extra=True)),
    OddFile("seven bands.tif", lambda path: write_bands(path, 7), ProblemKind.UNSUPPORTED),
    OddFile("thirteen bands.tif", lambda path: write_bands(path, 13), ProblemKind.UNSUPPORTED),
    OddFile("lab.tif", _lab),
    OddFile("white shape.png", write_white_shape),
    OddFile("black shape.png", write_black_shape),
    OddFile("blank first.gif", write_blank_first_frame),
    OddFile("blank first.png", write_blank_first_frame),
    OddFile("blank first.webp", write_blank_first_frame),
    OddFile("blank first.tif", write_blank_first_frame),
    OddFile("fade in.png", write_fade_in),
    OddFile("small.png", lambda path: Image.fromarray(scene()).resize((9, 6)).save(path)),
    OddFile("pixel.png", lambda path: Image.new("RGB", (1, 1)).save(path), ProblemKind.TINY),
    OddFile("pixel.jpg", lambda path: Image.new("RGB", (1, 1)).save(path), ProblemKind.TINY),
    OddFile("a.ppm", lambda path: write_save(path, "PPM")),
    OddFile("a.pgm", lambda path: write_save(path, "PPM", "L")),
    OddFile("a.pbm", lambda path: write_save(path, "PPM", "1")),
    OddFile("a.pnm", lambda path: write_save(path, "PPM")),
    OddFile("a.jp2", lambda path: write_save(path, "JPEG2000")),
    OddFile("a.j2k", lambda path: write_save(path, "JPEG2000")),
    OddFile("a.dng", write_raw),
    OddFile("preview.dng", write_raw_with_preview),
    OddFile("nikon.nef", write_raw_with_preview),
    OddFile("text.jpg", pictures.write_text, ProblemKind.NOT_AN_IMAGE),
    OddFile("empty.jpg", pictures.write_empty, ProblemKind.UNREADABLE),
    OddFile("cut.jpg", pictures.write_truncated_jpeg, ProblemKind.UNREADABLE),
    OddFile("odd rows.bmp", write_odd_bmp, ProblemKind.UNSUPPORTED),
    OddFile("bomb.png", pictures.write_bomb_png, ProblemKind.TOO_LARGE),
    OddFile("notes.txt", pictures.write_text, ProblemKind.NOT_AN_IMAGE),
)


def write_all(folder: Path) -> dict[str, Path]:
    """Write each of `ODD_FILES` into a folder, and return their paths by name."""
    for file in ODD_FILES:
        file.write(folder / file.name)
    return {file.name: folder / file.name for file in ODD_FILES}
