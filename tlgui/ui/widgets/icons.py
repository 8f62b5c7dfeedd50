"""Icons: one-colour drawings in `resources/icons`, drawn in the colours of the palette."""

import functools

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from tlgui import files

# Few sizes, because all are drawn before the window appears; Qt scales to others and greys out when needed.
_SIDES = (16, 24, 48)


def app_icon() -> QIcon:
    """Return the icon of the program."""
    return QIcon(str(files.resource("icons/tlgui.svg")))


def themed_icon(name: str, palette: QPalette) -> QIcon:
    """Return an icon in the colours of `palette`; ask again when the palette changes.

    Args:
        name: A file in `resources/icons`, without its suffix.
        palette: Its text colour is used.
    """
    icon = QIcon()
    for side in _SIDES:
        icon.addPixmap(icon_pixmap(name, palette.color(QPalette.ColorRole.WindowText), side))
    return icon


def icon_pixmap(name: str, colour: QColor, side: int) -> QPixmap:
    """Return an icon in one colour as a square of `side` device pixels; from Qt's cache if it was drawn before."""
    key = f"{name} {colour.name(QColor.NameFormat.HexArgb)} {side}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    svg = _drawing(name).replace(b"currentColor", colour.name().encode("ascii"))
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(colour.alphaF())
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    QPixmapCache.insert(key, pixmap)
    return pixmap


@functools.cache
def _drawing(name: str) -> bytes:
    return files.resource(f"icons/{name}.svg").read_bytes()
