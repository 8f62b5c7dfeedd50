"""Photos of every format: the scan of headers, the closer look, the network's input, and small pictures."""

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageCms

from tests import odd_pictures, pictures, tiff_writing
from tests.fuzz.families import Family, Mutator, Read
from tests.fuzz.mutation import bytes_changed
from tests.fuzz.picture_mutation import picture_changed
from tlgui.photos.pictures.decode import read_photo, read_thumbnail
from tlgui.photos.pictures.formats import IMAGE_SUFFIXES
from tlgui.photos.pictures.header import read_facts, state_of
from tlgui.photos.pictures.opening import MAX_PIXELS
from tlgui.photos.pictures.photo_reader import PhotoReader
from tlgui.photos.pictures.thumbnails import ThumbnailStore
from tlgui.photos.scanning.closer_look import look_at

_REAL_PHOTOS = 60
_LARGEST_REAL_BYTES = 2**20
_THUMBNAIL_SIDE = 128
_INPUT_SIDE = 224
_WINDOW_SIDE = 2000
_LARGE_SIDE = 14_000
# Of formats that take many bytes a pixel.
_WIDE_SIDE = 7000
RAW_HEADS = (
    b"FUJIFILMCCD-RAW 0201FF383501",
    b"IIRO\x08\0\0\0",
    b"IIU\0\x18\0\0\0",
    b"II\x1a\0\0\0HEAPCCDR",
    b"FOVb\0\0\2\0",
    b"\0MRM\0\0\2\0",
    b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
)
"""How RAW files of cameras begin that write no TIFF files; what follows in the seeds is no photo."""


def family(photos: Path | None = None) -> Family:
    """Return the family of photos.

    Args:
        photos: Real ones, which are seeds too.
    """
    return Family("photos", partial(_make_seeds, photos=photos), _READERS, _MUTATORS, share=4)


def large_family() -> Family:
    """Return the family of the largest photos that are read: small files that take much memory."""
    return Family("large-photos", _make_large, _READERS, _MUTATORS)


def _read_facts(path: Path) -> object:
    return read_facts(path, state_of(path.stat()))


def _look_at(path: Path) -> object:
    with PhotoReader() as reader:
        return look_at(reader.open(path))


def _read_thumbnail(path: Path) -> object:
    return ThumbnailStore(path.parent / "thumbnails").read(path, _THUMBNAIL_SIDE)


_READERS: dict[str, Read] = {
    "facts": _read_facts,
    "closer look": _look_at,
    "network's input": partial(read_photo, size=_INPUT_SIDE),
    "whole window": partial(read_thumbnail, size=_WINDOW_SIDE),
    "thumbnail": _read_thumbnail,
}
_MUTATORS: tuple[Mutator, ...] = (bytes_changed, picture_changed)


def _make_large(folder: Path) -> None:
    size = (_LARGE_SIDE, MAX_PIXELS // _LARGE_SIDE)
    palette = Image.new("P", size, 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.save(folder / "palette.gif", transparency=0)
    del palette
    Image.new("RGBA", size, (255, 0, 0, 128)).save(folder / "glass.tif", compression="tiff_lzw")
    Image.new("I;16", size, 700).save(folder / "16-bit.png", compress_level=1)
    Image.new("CMYK", size, (0, 99, 99, 0)).save(folder / "printing.jpg")
    Image.new("RGB", (_WIDE_SIDE, _WIDE_SIDE), (9, 99, 9)).save(folder / "plain.jp2", quality_layers=[200])
    wide = np.full((_WIDE_SIDE, _WIDE_SIDE, 3), 900, np.uint16)
    tiff_writing.write_tiff(folder / "wide.tif", wide, 2, rows_in_strip=_WIDE_SIDE, deflated=True)


def _make_seeds(folder: Path, photos: Path | None) -> None:
    for number, (name, save) in enumerate(_saved()):
        (folder / f"{number:02}-{name}").write_bytes(save)
    for name, write in (
        ("phone.heic", pictures.write_heic),
        ("ends a process.heic", pictures.write_crashing_heic),
        ("rotated.jpg", pictures.write_rotated_jpeg),
        ("odd-exif.jpg", pictures.write_broken_exif_jpeg),
        ("16-bit.png", pictures.write_16_bit_png),
        ("transparent.png", pictures.write_transparent_palette_png),
        ("bomb.png", pictures.write_bomb_png),
    ):
        write(folder / name)
    pictures.write_camera_jpeg(folder / "camera.jpg", "2024:05:06 07:08:09.5")
    for file in odd_pictures.ODD_FILES:
        if file.problem is None:
            file.write(folder / f"odd-{file.name}")
    for number, head in enumerate(RAW_HEADS):
        (folder / f"head-{number}.raw").write_bytes(head + pictures.pixels(40, 30).tobytes())
    for number, path in enumerate(_real(photos) if photos is not None else ()):
        (folder / f"real-{number:02}{path.suffix.lower()}").write_bytes(path.read_bytes())


def _real(photos: Path) -> list[Path]:
    """Return a few small photos of a folder, from all over it."""
    found = sorted(path for path in photos.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file())
    small = [path for path in found if path.stat().st_size <= _LARGEST_REAL_BYTES]
    return small[:: max(1, len(small) // _REAL_PHOTOS)][:_REAL_PHOTOS]


def _saved() -> Iterator[tuple[str, bytes]]:
    """Yield pictures of every kind that Pillow writes, each with a name."""
    photo = Image.fromarray(pictures.pixels(96, 64))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Maker"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2024:05:06 07:08:09"
    shades = Image.fromarray(np.linspace(0, 1, 96 * 64, dtype=np.float32).reshape(64, 96))
    few_colours = photo.quantize(16)
    glass = photo.convert("RGBA")
    glass.putalpha(photo.convert("L"))
    frames = [photo.rotate(angle) for angle in (90, 180)]
    for name, image, kind, options in (
        ("plain.jpg", photo, "JPEG", {"icc_profile": pictures.swapped_profile(), "exif": exif}),
        ("progressive.jpg", photo, "JPEG", {"progressive": True, "subsampling": 2}),
        ("restarts.jpg", photo, "JPEG", {"restart_marker_blocks": 2}),
        ("printing.jpg", photo.convert("CMYK"), "JPEG", {}),
        ("grey.jpg", photo.convert("L"), "JPEG", {}),
        ("several.jpg", photo, "MPO", {"save_all": True, "append_images": frames}),
        ("plain.png", photo, "PNG", {"icc_profile": profile, "exif": exif}),
        ("glass.png", glass, "PNG", {}),
        ("palette.png", few_colours, "PNG", {"transparency": 3}),
        ("moving.png", photo, "PNG", {"save_all": True, "append_images": frames}),
        ("lossy.webp", photo, "WEBP", {"exif": exif, "icc_profile": profile}),
        ("lossless.webp", glass, "WEBP", {"lossless": True}),
        ("moving.webp", photo, "WEBP", {"save_all": True, "append_images": frames}),
        ("plain.bmp", photo, "BMP", {}),
        ("palette.bmp", few_colours, "BMP", {}),
        ("bits.bmp", photo.convert("1"), "BMP", {}),
        ("headless.dib", photo, "DIB", {}),
        ("plain.gif", few_colours, "GIF", {"transparency": 2}),
        ("moving.gif", photo, "GIF", {"save_all": True, "append_images": frames}),
        ("raw.tif", photo, "TIFF", {"exif": exif, "icc_profile": profile}),
        ("lzw.tif", photo, "TIFF", {"compression": "tiff_lzw"}),
        ("deflate.tif", glass, "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("jpeg.tif", photo, "TIFF", {"compression": "jpeg"}),
        ("packbits.tif", few_colours, "TIFF", {"compression": "packbits"}),
        ("fax.tif", photo.convert("1"), "TIFF", {"compression": "group4"}),
        ("lab.tif", _lab(photo), "TIFF", {}),
        ("printing.tif", photo.convert("CMYK"), "TIFF", {}),
        ("shades.tif", shades, "TIFF", {}),
        ("16-bit.tif", photo.convert("I;16"), "TIFF", {"compression": "tiff_lzw"}),
        ("several.tif", photo, "TIFF", {"save_all": True, "append_images": frames}),
        ("plain.avif", photo, "AVIF", {"exif": exif, "icc_profile": profile}),
        ("glass.avif", glass, "AVIF", {}),
        ("moving.avif", photo, "AVIF", {"save_all": True, "append_images": frames}),
        ("plain.jp2", photo, "JPEG2000", {"quality_layers": [20]}),
        ("glass.j2k", glass, "JPEG2000", {"no_jp2": True}),
    ):
        yield name, _bytes(image, kind, options)


def _bytes(image: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    # Pillow leaves what it was told about one format in the image, and trips over it in the next.
    if "append_images" in options:
        options = {**options, "append_images": [frame.copy() for frame in options["append_images"]]}
    image.copy().save(stream, kind, **options)
    return stream.getvalue()


def _lab(photo: Image.Image) -> Image.Image:
    source, target = (ImageCms.ImageCmsProfile(ImageCms.createProfile(space)) for space in ("sRGB", "LAB"))
    return ImageCms.buildTransform(source, target, "RGB", "LAB").apply(photo)
