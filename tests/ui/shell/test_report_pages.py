"""Where the pages of a printed report end."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QPageSize, QPdfWriter, QTextBlock, QTextCursor, QTextDocument

from tests.unit.reporting.test_model_report import full_model
from tlgui.learning.trust import Reliability
from tlgui.reporting.blocks import Block, Gallery, Picture, Points, Report, Section, Table, Text
from tlgui.reporting.model_report import ReportFacts, model_report
from tlgui.reporting.reliability_drawing import reliability_drawing
from tlgui.ui.shell.report_pdf import lay_out_pages, report_document

pytestmark = pytest.mark.usefixtures("qapp")


def picture() -> Picture:
    packed = io.BytesIO()
    Image.new("RGB", (240, 160), (10, 120, 60)).save(packed, "JPEG")
    return Picture(packed.getvalue(), 240, 160, ("“owl”", "called “wren”", "90.0 % sure"))


def rows(count: int) -> Table:
    return Table(("Class", "Photos"), tuple((f"class {number}", "10") for number in range(count)))


def report_of(*blocks: Block) -> Report:
    return Report("Birds", "Good.", tuple(Section(f"Part {number}", (block,)) for number, block in enumerate(blocks)))


class Pages:
    """A report as it is printed."""

    def __init__(self, report: Report) -> None:
        self._buffer = QBuffer()
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._buffer)
        self._writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        self._writer.setResolution(300)
        self.document: QTextDocument = report_document(report)
        lay_out_pages(self.document, self._writer)
        self.height = self.document.pageSize().height()

    def blocks(self) -> Iterator[QTextBlock]:
        block = self.document.begin()
        while block.isValid():
            yield block
            block = block.next()

    def page(self, block: QTextBlock) -> tuple[int, int]:
        """Return the pages on which a block begins and ends."""
        rect = self.document.documentLayout().blockBoundingRect(block)
        return int(rect.top() // self.height), int((rect.bottom() - 1) // self.height)

    def filled(self) -> list[float]:
        """Return how far down each page but the last is filled, 0..1."""
        found = [0.0] * self.document.pageCount()
        for block in self.blocks():
            page = self.page(block)[1]
            bottom = self.document.documentLayout().blockBoundingRect(block).bottom() / self.height - page
            found[page] = max(found[page], bottom)
        return found[:-1]


@pytest.mark.parametrize("above", range(0, 36, 3))
def test_heading_is_on_the_page_of_what_it_is_the_heading_of(above: int) -> None:
    gallery = Gallery((picture(),) * 6)
    drawing = reliability_drawing(Reliability((), 0.0))
    sentences = Points(("One.", "Two."))
    report = report_of(rows(above), rows(3), drawing, rows(60), sentences, gallery, Text(("A word.",)))

    pages = Pages(report)

    headings = [block for block in pages.blocks() if block.blockFormat().headingLevel() == 2]
    assert len(headings) == 7
    for heading in headings:
        following = heading.next()
        assert pages.page(heading)[0] == pages.page(following)[1]


@pytest.mark.parametrize("above", range(0, 36, 3))
def test_table_that_has_room_on_a_page_is_not_parted(above: int) -> None:
    pages = Pages(report_of(rows(above), rows(8), Gallery((picture(),) * 13)))

    tables = []
    for block in pages.blocks():
        table = QTextCursor(block).currentTable()
        if table is not None and table not in tables:
            tables.append(table)
    # The table above, the one below it, and four rows of pictures with their captions.
    for table in tables[-5:]:
        touched = {
            page
            for block in pages.blocks()
            if table.firstPosition() <= block.position() <= table.lastPosition()
            for page in pages.page(block)
        }
        assert len(touched) == 1


@pytest.mark.parametrize("above", [0, 5, 10, 20])
def test_long_table_begins_with_its_heading_and_goes_on_on_the_next_page(above: int) -> None:
    pages = Pages(report_of(rows(above), rows(90)))

    assert pages.document.pageCount() in {3, 4}
    # Less than a tenth is given away.
    assert all(filled > 0.9 for filled in pages.filled())


def test_no_page_of_a_whole_report_is_nearly_empty() -> None:
    pages = Pages(model_report(ReportFacts("Birds", full_model())))

    assert pages.document.pageCount() in {2, 3}
    assert all(filled > 0.6 for filled in pages.filled())
