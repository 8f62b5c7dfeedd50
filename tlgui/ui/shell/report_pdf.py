"""Writes a report as a PDF with Qt's own text layout; can be called on any thread."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, Qt, QUrl
from PySide6.QtGui import QFont, QGuiApplication, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument
from PySide6.QtSvg import QSvgRenderer

from tlgui import __version__
from tlgui.reporting.blocks import Report
from tlgui.reporting.page import print_drawings, print_page

_RESOLUTION = 300
_DRAWING_SCALE = 3
_FONT_POINTS = 10


def report_pdf(report: Report) -> bytes:
    """Return a report as a PDF on A4, with page numbers.

    Args:
        report: The report.
    """
    document = report_document(report)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_RESOLUTION)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    )
    writer.setTitle(report.title)
    writer.setCreator(f"tlgui {__version__}")
    # Leaves margins of two centimetres, and numbers the pages.
    document.print_(writer)
    buffer.close()
    return bytes(buffer.data().data())


def report_document(report: Report) -> QTextDocument:
    """Return a report laid out as text, with its drawings as pictures.

    Args:
        report: The report.
    """
    document = QTextDocument()
    document.setDefaultFont(QFont(QGuiApplication.font().family(), _FONT_POINTS))
    for source, svg in print_drawings(report).items():
        document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(source), _drawn(svg))
    document.setHtml(print_page(report))
    return document


def _drawn(svg: str) -> QImage:
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    image = QImage(renderer.defaultSize() * _DRAWING_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    return image
