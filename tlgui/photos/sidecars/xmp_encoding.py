"""The encodings of XMP files: UTF-8 and UTF-16, which come back as they were, byte order mark and all."""

import codecs
import re
from collections.abc import Callable

from tlgui.photos.sidecars.xmp_document import XmpError

_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decoded(data: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """Return a file as UTF-8 without a byte order mark, and the function that returns such text to its encoding.

    Args:
        data: The bytes of the file.

    Raises:
        XmpError: It is in another encoding, or not the text that it claims to be.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    declared = _DECLARED.match(data)
    if encoding == "utf-8" and declared is not None and declared[1].lower() not in {b"utf-8", b"utf8"}:
        raise XmpError("it is in another encoding than UTF-8 and UTF-16")
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise XmpError("it is damaged, or in another encoding than it says") from error
    return text.encode(), lambda edited: mark + edited.decode().encode(encoding)
