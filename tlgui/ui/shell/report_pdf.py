"""Writes a report as a PDF with Qt's own text layout; can be called on any thread."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
)
from PySide6.QtSvg import QSvgRenderer

from tlgui import __version__
from tlgui.reporting.blocks import Report
from tlgui.reporting.page import print_drawings, print_page
from tlgui.ui.shell.report_pages import break_pages

_RESOLUTION = 300
_MARGIN = round(2 / 2.54 * _RESOLUTION)
_DRAWING_SCALE = 3
_FONT_POINTS = 10


def report_pdf(report: Report) -> bytes:
    """Return a report as a PDF on A4, with margins of two centimetres and page numbers.

    Args:
        report: The report.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_RESOLUTION)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    )
    writer.setTitle(report.title)
    writer.setCreator(f"tlgui {__version__}")
    _print(report_document(report), writer)
    buffer.close()
    return bytes(buffer.data().data())


def lay_out_pages(document: QTextDocument, device: QPagedPaintDevice) -> None:
    """Lay out a document on the pages of a device, without their margins.

    Args:
        document: The document.
        device: Its resolution and the size of its pages are used.
    """
    document.setDocumentMargin(0)
    document.documentLayout().setPaintDevice(device)
    document.setPageSize(QSizeF(device.width() - 2 * _MARGIN, device.height() - 2 * _MARGIN))
    break_pages(document)


def _print(document: QTextDocument, device: QPagedPaintDevice) -> None:
    lay_out_pages(document, device)
    size = document.pageSize()
    foot = QRectF(_MARGIN, _MARGIN + size.height(), size.width(), _MARGIN)
    painter = QPainter(device)
    # `QTextDocument.print_` would lay it out anew, with other page ends.
    for page in range(document.pageCount()):
        if page:
            device.newPage()
        painter.save()
        painter.translate(_MARGIN, _MARGIN - page * size.height())
        document.drawContents(painter, QRectF(0, page * size.height(), size.width(), size.height()))
        painter.restore()
        painter.setFont(document.defaultFont())
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(page + 1))
    painter.end()


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
