"""The supported picture formats: their suffixes, their signatures, and which of them need a helper process.

Pillow decodes most formats with its own code and with libraries that have been tested for decades. HEIF, AVIF and TIFF
are decoded by libraries that a damaged file can crash or hang (a HEIC file of 638 bytes crashes libheif), so these are
opened in helper processes only; the first bytes of a file decide that, not its name.

Libraries: Pillow decodes AVIF too, and its ImageCms converts colour profiles to sRGB. pi-heif decodes HEIC; it has no
encoder and is under the BSD licence, while pillow-heif's wheels contain an encoder under the GPL.
"""

_SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "HEIF": (".heic", ".heif", ".hif"),
    "AVIF": (".avif",),
}
# Variants that Pillow names apart: BMP without its file header, several JPEGs in one file.
_RELATIVES = {"DIB": "BMP", "MPO": "JPEG"}

IMAGE_SUFFIXES = frozenset(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes)
_HELPER_FORMATS = frozenset({"TIFF", "HEIF", "AVIF"})
# Pillow opens several JPEGs in one file as a JPEG first.
FORMATS = (*_SUFFIXES, "DIB")
SAFE_FORMATS = tuple(name for name in FORMATS if name not in _HELPER_FORMATS)
"""The formats that are opened in any process."""

FORMAT_NAMES = "JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or AVIF"

# HEIC, HEIF and AVIF files begin with the length of the first box, its type and a brand.
_BOX = b"ftyp"
_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})
_TIFF_BYTE_ORDERS = (b"II", b"MM")
HEAD_BYTES = 12
"""How many of a file's first bytes `needs_helper` and `begins_like_heif` take."""


def needs_helper(head: bytes) -> bool:
    """Return whether a file with the first bytes `head` is opened in a helper process.

    Example:
        >>> needs_helper(b"GIF89a"), needs_helper(b"II*")
        (False, True)
    """
    # Every ISO media file, films too: each library decides by itself which of them it takes for a picture.
    return head[4:8] == _BOX or head.startswith(_TIFF_BYTE_ORDERS)


def plain_format(pillow_format: str) -> str:
    """Return the common name of a format of Pillow: "JPEG" for "MPO", the several JPEGs in one file of phones."""
    return _RELATIVES.get(pillow_format, pillow_format)


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


def begins_like_heif(head: bytes) -> bool:
    """Return whether a file with the first 12 bytes `head` is declared to be a HEIC, HEIF or AVIF picture."""
    return head[4:8] == _BOX and head[8:12] in _BRANDS
