"""Which kinds of pictures are read, by the names files carry and by what Pillow finds inside them.

Pillow reads some with its own code and the libraries it has used for decades. HEIF, AVIF and TIFF come from libraries
that a damaged file can crash or hang; they are opened in helper processes alone.
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
# Formats of Pillow that are another one with something added: BMP without its header, several JPEGs in one file.
_RELATIVES = {"DIB": "BMP", "MPO": "JPEG"}

IMAGE_SUFFIXES = frozenset(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes)
_HELPER_FORMATS = frozenset({"TIFF", "HEIF", "AVIF"})
# Pillow opens several JPEGs in one file as a JPEG first.
FORMATS = (*_SUFFIXES, "DIB")
SAFE_FORMATS = tuple(name for name in FORMATS if name not in _HELPER_FORMATS)
"""What is opened in any process."""

FORMAT_NAMES = "JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or AVIF"

# How the boxes of a HEIC, HEIF or AVIF file begin: with the length of the first, this, and one of the brands.
_BOX = b"ftyp"
_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})
_TIFF_BYTE_ORDERS = (b"II", b"MM")
HEAD_BYTES = 12
"""How much of a file's beginning the questions below are asked of."""


def needs_helper(head: bytes) -> bool:
    """Return whether a file whose first bytes are `head` is opened in a helper process, whatever its name says."""
    # Any file made of boxes, a film too: which of them a library takes for a picture is the library's own judgement.
    return head[4:8] == _BOX or head.startswith(_TIFF_BYTE_ORDERS)


def plain_format(pillow_format: str) -> str:
    """Return the format that a person would name: "JPEG" for the several JPEGs in one file that phones write."""
    return _RELATIVES.get(pillow_format, pillow_format)


def suffix_fits(name: str, image_format: str) -> bool:
    """Return whether a file's name says what the file is.

    Args:
        name: The file's name.
        image_format: What it is, as in `PhotoFacts`.
    """
    return name.lower().endswith(_SUFFIXES.get(image_format, ()))


def begins_like_heif(head: bytes) -> bool:
    """Return whether a file whose first 12 bytes are `head` sets out to be a HEIC, HEIF or AVIF picture."""
    return head[4:8] == _BOX and head[8:12] in _BRANDS
