"""Writes the good, bad and odd picture files the tests need; every function returns the path it wrote."""

import base64
import io
import os
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

ODD_NAMES = (
    "two words.jpg",
    "it's “quoted” 'here'.jpg",
    'double "quotes".jpg',
    "party 🎉👩‍👩‍👧.jpg",
    "صورة جميلة.jpg",
    "two\nlines.jpg",
    "100% [a] #1 & more;.jpg",
    " leading and trailing .jpg",
    "-rf.jpg",
)
"""Names that a file may have and that careless code trips over."""

# Red over blue, 64 x 48. It is stored lying on its side, says so in HEIF's way and in EXIF's, and was taken with a
# "Maker" at 2024:05:06 07:08:09. Nothing that the tests may use writes HEIC, so this one was written elsewhere.
_HEIC = (
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0005VZDn*}000000000XXk=`10000000000aA{+700000000000000000000G-+&a"
    "V*mgE07O6l0ssL300001>;M4(00000001fg0ssI200I^O0RR9100000XaE2JIB98aW&i*H00062000$fZf0cy000000RRAKc4ILB"
    "0000LX>Mj^0ssI300IC2MR;ju000004sdC7Z2$lO00031009SSaB^?}008D`aAR)(004Gqc4I>U18@KU0FVFx0000U@BsY%`1k+-"
    "4+CHT0RR|40Sp2E{{wIU00RJ!0009300RIXx&lC90096hLID8-Z~y=U0FVFx0{{R603M(qfd!W8<fgf}2xu@M00096AOHXZ03l)k"
    "0RRR>0l{;?i2wiq6Ju{|a&BX6cmM$a4FCp!0000KX>)L8000000000$0000$0000eV{Bn?0000m000010000$00001|NsB+00002"
    "00000000020000GaA|mH000000|*ER00009X>xCL0{{R38EJ5BVE_OC000000RRC8fdT^sgoXeB02*m>Wo7^X0000001jhhb7KGk"
    "009620001*ZDe6|0000cC;_h%faNjw|HF+x>7P&a)=LDl{LhcPI;;FDyZB2FtfG%;&%gix00u>PX=VTbO-%qQ0000800RLJ00IC2"
    "00sa605Sm*00RI300967004(+00aO40096105|{u002#4Yh`i(00EE#00IC202BZK07?J=001&DGBi3cH99ahATT#NFgQ9eIRF"
)

CLASS_COLOURS = ((200, 60, 50), (60, 160, 70), (60, 90, 200), (220, 190, 60), (150, 70, 180), (70, 190, 200))


def pixels(
    width: int = 64, height: int = 48, colour: Sequence[int] = (200, 60, 50), seed: int = 1
) -> NDArray[np.uint8]:
    """Return a picture in one colour with a gradient and some noise, as uint8 (height, width, 3)."""
    noise = np.random.default_rng(seed).normal(0, 12, (height, width, 3))
    gradient = np.linspace(-25, 25, width)[None, :, None]
    return np.clip(np.asarray(colour) + gradient + noise, 0, 255).astype(np.uint8)


def write_jpeg(
    path: Path, width: int = 64, height: int = 48, colour: Sequence[int] = (200, 60, 50), seed: int = 1
) -> Path:
    """Write a plain RGB JPEG."""
    Image.fromarray(pixels(width, height, colour, seed)).save(path, "JPEG", quality=90)
    return path


def write_png(
    path: Path, width: int = 64, height: int = 48, colour: Sequence[int] = (200, 60, 50), seed: int = 1
) -> Path:
    """Write a plain RGB PNG."""
    Image.fromarray(pixels(width, height, colour, seed)).save(path, "PNG")
    return path


def write_format(path: Path, pillow_format: str, width: int = 64, height: int = 48) -> Path:
    """Write a plain picture in any format Pillow writes, such as `"WEBP"`, `"BMP"`, `"GIF"` or `"TIFF"`."""
    Image.fromarray(pixels(width, height)).save(path, pillow_format)
    return path


def write_truncated_jpeg(path: Path) -> Path:
    """Write a JPEG whose second half is missing."""
    return _cut(write_jpeg(path, 200, 150))


def write_truncated_png(path: Path) -> Path:
    """Write a PNG whose second half is missing."""
    return _cut(write_png(path, 200, 150))


def write_empty(path: Path) -> Path:
    """Write a file of zero bytes."""
    path.write_bytes(b"")
    return path


def write_text(path: Path) -> Path:
    """Write a text file, whatever its name says."""
    path.write_text("This is a shopping list, not a photo.\n" * 20, encoding="utf-8")
    return path


def write_cmyk_jpeg(path: Path, width: int = 64, height: int = 48) -> Path:
    """Write a JPEG in printing colours that looks red: no cyan, full magenta and yellow."""
    Image.new("CMYK", (width, height), (0, 255, 255, 0)).save(path, "JPEG", quality=95)
    return path


def write_grey_jpeg(path: Path, grey: int = 128, width: int = 64, height: int = 48) -> Path:
    """Write a JPEG with a single channel."""
    Image.new("L", (width, height), grey).save(path, "JPEG", quality=95)
    return path


def write_16_bit_png(path: Path, width: int = 64, height: int = 48) -> Path:
    """Write a grey PNG of 16 bits a pixel: black at the left to white at the right."""
    ramp = np.linspace(0, 65535, width).round().astype(np.uint16)
    Image.fromarray(np.ascontiguousarray(np.broadcast_to(ramp, (height, width)))).save(path, "PNG")
    return path


def write_palette_png(path: Path, width: int = 64, height: int = 48) -> Path:
    """Write a PNG with a palette: left half red, right half blue."""
    image = Image.new("P", (width, height), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (width // 2, 0, width, height))
    image.save(path, "PNG")
    return path


def write_animated_gif(path: Path, width: int = 64, height: int = 48) -> Path:
    """Write a GIF of three frames: red, green, blue."""
    frames = [Image.new("RGB", (width, height), colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    frames[0].save(path, "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)
    return path


def write_transparent_png(path: Path, width: int = 64, height: int = 48) -> Path:
    """Write a PNG whose left half is opaque red and whose right half is fully transparent black."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, width // 2, height))
    image.save(path, "PNG")
    return path


def write_transparent_palette_png(path: Path, width: int = 64, height: int = 48) -> Path:
    """Write a palette PNG whose left half is red and whose right half is transparent by the palette."""
    image = Image.new("P", (width, height), 0)
    image.putpalette([255, 0, 0, 0, 0, 0])
    image.paste(1, (width // 2, 0, width, height))
    image.save(path, "PNG", transparency=1)
    return path


def write_rotated_jpeg(path: Path, width: int = 48, height: int = 64, orientation: int = 6) -> Path:
    """Write a JPEG that a camera held sideways took.

    Seen upright it is `width` x `height`, its upper half red and its lower half blue; stored it lies on its side,
    and the EXIF orientation says so. Orientation 1 is upright, 3 upside down, 6 and 8 on a side.
    """
    turns = {1: 0, 3: 2, 6: 1, 8: 3}[orientation]
    stored = np.ascontiguousarray(np.rot90(_red_over_blue(width, height), turns))
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(stored).save(path, "JPEG", quality=95, exif=exif)
    return path


def write_broken_exif_jpeg(path: Path) -> Path:
    """Write a JPEG that is whole but for its EXIF block, which is rubbish."""
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 40
    Image.fromarray(pixels()).save(path, "JPEG", exif=exif)
    return path


def write_heic(path: Path) -> Path:
    """Write the photo of a telephone held sideways: upright it is 64 x 48, its upper half red, its lower half blue."""
    path.write_bytes(base64.b85decode(_HEIC))
    return path


def write_crashing_heic(path: Path) -> Path:
    """Write a HEIC photo of whose parts one has a kind that is no text; pi-heif 1.4 reads it and ends the process."""
    data = bytearray(base64.b85decode(_HEIC))
    data[data.index(b"Exif") + 2] = 0x92
    path.write_bytes(data)
    return path


def write_camera_jpeg(path: Path, taken: str, camera: Sequence[str] = ("Maker", "Model", "123"), seed: int = 1) -> Path:
    """Write a JPEG whose EXIF block says when it was taken, such as `"2024:05:06 07:08:09.5"`, and by which camera."""
    time, _, fraction = taken.partition(".")
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = camera[:2]
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.DateTimeOriginal] = time
    inner[ExifTags.Base.BodySerialNumber] = camera[2]
    if fraction:
        inner[ExifTags.Base.SubsecTimeOriginal] = fraction
    Image.fromarray(pixels(seed=seed)).save(path, "JPEG", exif=exif)
    return path


def swapped_profile() -> bytes:
    """Return a colour profile in which the first channel is blue and the third is red, unlike in sRGB."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    names = "sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be")
    for old, new in ((b"rXYZ", b"tmp_"), (b"bXYZ", b"rXYZ"), (b"tmp_", b"bXYZ"), names):
        profile = profile.replace(old, new)
    return profile


def write_bomb_png(path: Path, width: int = 50_000, height: int = 50_000) -> Path:
    """Write a tiny PNG whose header promises 50,000 x 50,000 pixels: a decompression bomb."""
    return _write_png_chunks(path, width, height, zlib.compress(bytes(1000)))


def write_odd_names(folder: Path) -> list[Path]:
    """Write one good JPEG under each of `ODD_NAMES`."""
    return [write_jpeg(folder / name, seed=seed) for seed, name in enumerate(ODD_NAMES)]


def write_collection(
    folder: Path, classes: int | Sequence[str] = 3, photos: int = 6, size: int = 48, seed: int = 1
) -> Path:
    """Write a small collection with one subfolder a class; each class has its own colour.

    Args:
        folder: Made if it is not there.
        classes: The class names, or how many classes: `class 01`, `class 02`, …
        photos: Photos in each class.
        size: Side of the pictures in pixels.
        seed: Other seeds give other noise.
    """
    names = [f"class {number:02d}" for number in range(1, classes + 1)] if isinstance(classes, int) else classes
    for number, name in enumerate(names):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for photo in range(photos):
            colour = CLASS_COLOURS[number % len(CLASS_COLOURS)]
            path = folder / name / f"photo {photo:03d}.jpg"
            write_jpeg(path, size, size, colour, seed=seed + 1000 * number + photo)
    return folder


def write_split_collection(
    folder: Path,
    classes: int | Sequence[str] = 3,
    photos: int = 6,
    parts: Sequence[str] = ("train", "validation", "test"),
) -> Path:
    """Write a collection that brings its own split: `parts`, each with every class."""
    for number, part in enumerate(parts):
        write_collection(folder / part, classes, photos, seed=1 + 100_000 * number)
    return folder


def forbid(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take away the permission to read a file or list a folder, from root too.

    Root may read what no one may, so for root the two calls that would be refused are made to refuse this one path.
    """
    path.chmod(0o000)
    if os.access(path, os.R_OK):
        for module, name in ((io, "open"), (os, "scandir")):
            monkeypatch.setattr(module, name, _refusing(getattr(module, name), path))
    return path


def _refusing(function: Callable[..., Any], path: Path) -> Callable[..., Any]:
    def refuse(target: Any = ".", *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - stands in for any call
        if isinstance(target, str | os.PathLike) and Path(target) == path:
            raise PermissionError(13, "Permission denied", str(path))
        return function(target, *arguments, **keywords)

    return refuse


def _red_over_blue(width: int, height: int) -> NDArray[np.uint8]:
    upright = np.zeros((height, width, 3), np.uint8)
    upright[: height // 2, :, 0] = 255
    upright[height // 2 :, :, 2] = 255
    return upright


def _cut(path: Path) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def _write_png_chunks(path: Path, width: int, height: int, compressed: bytes) -> Path:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", compressed), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


def write_named_photos(folder: Path) -> Path:
    """Write eight photos that are named after their classes, cat and dog, into one new folder, and return it."""
    folder.mkdir()
    for number in range(8):
        write_jpeg(folder / f"{('cat', 'dog')[number % 2]}.{number}.jpg", seed=number)
    return folder
