"""Keywords as text, for journals that must know after a restart what was to be written."""

import json
from dataclasses import asdict

from tlgui.photos.answers import DecidedBy
from tlgui.photos.sidecars.xmp_document import XmpError
from tlgui.photos.sidecars.xmp_merge import Keyword, merged


def keyword_text(keyword: Keyword) -> str:
    """Return a keyword as JSON."""
    return json.dumps(asdict(keyword))


def merged_text(before: bytes | None, text: str) -> bytes:
    """Return an XMP file with a keyword in it, as `xmp_merge.merged` does.

    Args:
        before: The file as it is; None where there is none.
        text: The keyword, as `keyword_text` wrote it.

    Raises:
        XmpError: The file cannot be edited, or the text is no keyword.
    """
    try:
        values = json.loads(text)
        keyword = Keyword(**(values | {"decided_by": DecidedBy(values["decided_by"])}))
    except (ValueError, TypeError, KeyError) as error:
        raise XmpError("what was to be written is not known any more") from error
    return merged(before, keyword)
