"""The supported picture formats: their suffixes, their signatures, and which of them need a helper process.

A file's content decides its format, not its name: a photo without a suffix, or with a wrong one, is a photo.

Pillow decodes most formats with its own code and with libraries that have been tested for decades. HEIF, AVIF, TIFF,
JPEG 2000 and camera RAW are decoded by libraries that a damaged file can crash or hang (a HEIC file of 638 bytes
crashes libheif), so these are opened in helper processes only.

Libraries: Pillow decodes AVIF and JPEG 2000 too, and its ImageCms converts colour profiles to sRGB. pi-heif decodes
HEIC; it has no encoder and is under the BSD licence, while pillow-heif's wheels contain an encoder under the GPL. rawpy
(MIT) reads camera RAW with LibRaw (LGPL 2.1 or CDDL 1.0); its wheels exist for all systems that TensorFlow supports.
"""

import re

_SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    "TIFF": (".tif", ".tiff"),
    "HEIF": (".heic", ".heif", ".hif"),
    "AVIF": (".avif",),
    "JPEG2000": (".jp2", ".j2k", ".j2c", ".jpc", ".jpx", ".jpf"),
    "RAW": (
        *(".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".orf", ".rw2", ".raf", ".pef"),
        *(".srw", ".x3f", ".mrw", ".3fr", ".fff", ".iiq", ".mef", ".mos", ".kdc", ".dcr", ".erf", ".rwl"),
    ),
}
# Variants that Pillow names apart: BMP without its file header, several JPEGs in one file.
_RELATIVES = {"DIB": "BMP", "MPO": "JPEG"}
_COMMON_NAMES = {"WEBP": "WebP", "HEIF": "HEIC", "JPEG2000": "JPEG 2000", "RAW": "camera RAW"}

IMAGE_SUFFIXES = frozenset(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes)
RAW_SUFFIXES = frozenset(_SUFFIXES["RAW"])
# Pillow opens several JPEGs in one file as a JPEG first.
SAFE_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "PPM", "DIB")
"""The formats that are opened in any process."""

# RAW files and the TIFF files that Pillow does not read right are tried first: both begin as others do.
FORMATS = (*SAFE_FORMATS, "RAW", "SAMPLES", "TIFF", "HEIF", "AVIF", "JPEG2000")
"""The formats that a helper process opens; "SAMPLES" are TIFF files of `tiff_samples`."""

FORMAT_NAMES = "JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC, AVIF, JPEG 2000, PPM or camera RAW"

HEAD_BYTES = 32
"""How many of a file's first bytes the functions below take."""

# HEIC, HEIF, AVIF and CR3 files begin with the length of the first box, its type and a brand.
_BOX = b"ftyp"
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIF"),
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    b"crx ": "RAW",
}
_TIFF_BYTE_ORDERS = (b"II", b"MM")
# Two of them are wrong but written; the others are TIFF and BigTIFF.
_TIFF = (b"II*\0", b"MM\0*", b"II\0*", b"MM*\0", b"II+\0", b"MM\0+")
_JPEG_2000 = (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")
# Olympus, Panasonic and Canon's first; Fuji; Sigma; Minolta. Most other cameras write TIFF files.
_RAW = (b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"II\x1a\0\0\0HEAPCCDR", b"FUJIFILMCCD-RAW", b"FOVb", b"\0MRM")
_SIGNATURES = (
    ("JPEG", (b"\xff\xd8\xff",)),
    ("PNG", (b"\x89PNG\r\n\x1a\n",)),
    ("GIF", (b"GIF87a", b"GIF89a")),
    ("JPEG2000", _JPEG_2000),
    ("RAW", _RAW),
    ("TIFF", _TIFF),
)
# A text may begin with two such letters, so more than the signature is compared.
_PATTERNS = (
    ("WEBP", re.compile(rb"RIFF....WEBPVP8[ LX]", re.DOTALL)),
    ("BMP", re.compile(rb"BM.{4}\0\0\0\0.{4}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL)),
    ("PPM", re.compile(rb"P[1-6fF]\s+(#|\d+\s+(#|\d+\s))")),
)


def format_of(head: bytes) -> str | None:
    """Return the format that a file's first bytes declare, as in `PhotoFacts`; None where they are of no photo.

    Args:
        head: The first `HEAD_BYTES` bytes.

    Example:
        >>> format_of(b"GIF89a..."), format_of(b"BMW dealers: ...")
        ('GIF', None)
    """
    if head[4:8] == _BOX:
        return _BRANDS.get(head[8:12])
    for name, signatures in _SIGNATURES:
        if head.startswith(signatures):
            return name
    return next((name for name, pattern in _PATTERNS if pattern.match(head)), None)


def is_tiff(head: bytes) -> bool:
    """Return whether a file begins as a TIFF file, as the RAW files of most cameras do too."""
    return head.startswith(_TIFF)


def needs_helper(head: bytes) -> bool:
    """Return whether a file with the first bytes `head` is opened in a helper process.

    Example:
        >>> needs_helper(b"GIF89a"), needs_helper(b"II*")
        (False, True)
    """
    # Every ISO media file, films too: each library decides by itself which of them it takes for a picture.
    return head[4:8] == _BOX or head.startswith((*_TIFF_BYTE_ORDERS, *_RAW, *_JPEG_2000))


def plain_format(pillow_format: str) -> str:
    """Return the common name of a format of Pillow: "JPEG" for "MPO", the several JPEGs in one file of phones."""
    return _RELATIVES.get(pillow_format, pillow_format)


def common_name(image_format: str) -> str:
    """Return what a format of `PhotoFacts` is called on the screen."""
    return _COMMON_NAMES.get(image_format, image_format or "unknown")


def suffix_fits(name: str, image_format: str) -> bool:
    """Return whether a file's suffix is one of its format.

    Args:
        name: The file's name.
        image_format: Its format, as in `PhotoFacts`.

    Example:
        >>> suffix_fits("photo.JPG", "JPEG"), suffix_fits("photo.jpg", "PNG")
        (True, False)
    """
    return name.lower().endswith(_SUFFIXES.get(image_format, ()))
