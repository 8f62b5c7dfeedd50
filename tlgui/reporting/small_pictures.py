"""The photos that a model got wrong, as small pictures for a report."""

import io
import logging
from collections.abc import Callable, Sequence

from PIL import Image

from tlgui.errors import TlguiError
from tlgui.learning.results import MistakenPhoto
from tlgui.photos.names import one_line
from tlgui.photos.pictures.decode import read_thumbnail
from tlgui.reporting.blocks import Gallery, Picture
from tlgui.text.numbers import percent

MOST_PICTURES = 60
_SIDE, _QUALITY = 240, 80

_log = logging.getLogger(__name__)


def gallery(mistakes: Sequence[MistakenPhoto], checkpoint: Callable[[], None]) -> Gallery | None:
    """Return the mistakes of which the model was surest, at most `MOST_PICTURES`.

    Args:
        mistakes: All of them.
        checkpoint: Called for each photo; raises `Cancelled` to stop.

    Returns:
        The pictures; None without any mistake.
    """
    surest = sorted(mistakes, key=lambda mistake: -mistake.probability)[:MOST_PICTURES]
    pictures = []
    for mistake in surest:
        checkpoint()
        pictures.append(_picture(mistake))
    return Gallery(tuple(pictures)) if pictures else None


def _picture(mistake: MistakenPhoto) -> Picture:
    caption = (
        f"“{one_line(mistake.class_name)}”",
        f"called “{one_line(mistake.named)}”",
        f"{percent(mistake.probability)} sure",
    )
    try:
        pixels = read_thumbnail(mistake.path, _SIDE)
    except TlguiError as error:
        _log.info("not in the report: %s", error)
        return Picture(b"", 0, 0, (*caption, "(cannot be shown any more)"))
    packed = io.BytesIO()
    # Without the data of the camera, which may tell where it was taken.
    Image.fromarray(pixels).save(packed, "JPEG", quality=_QUALITY)
    return Picture(packed.getvalue(), pixels.shape[1], pixels.shape[0], caption)
