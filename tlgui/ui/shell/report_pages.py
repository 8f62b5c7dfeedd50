"""Chooses where the pages of a report end, so that no heading stands alone and nothing that belongs together is parted.

Qt breaks a page wherever a line does not fit. Here, what is to stay on one page is found from the blocks of the
document; it begins a new page where it does not fit on the one it is on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtGui import QTextCursor, QTextDocument, QTextFormat, QTextTable

_SECTION_LEVEL = 2
_IMAGE = "\ufffc"
_PARAGRAPHS_TOGETHER = 4
# A table that is higher than this share of a page may be parted, but not before this row.
_WHOLE_SHARE, _FIRST_ROWS = 0.35, 4


@dataclass(frozen=True, slots=True)
class _Item:
    """A heading, a paragraph or a table.

    Args:
        first: Position of its first block in the document.
        lasts: Positions of the blocks that end it; those of all cells of the last row of a table.
        is_heading: Whether it is the heading of a section.
        is_drawing: Whether it is a paragraph of a drawing.
        table: None for a heading or paragraph.
    """

    first: int
    lasts: tuple[int, ...]
    is_heading: bool = False
    is_drawing: bool = False
    table: QTextTable | None = None


def break_pages(document: QTextDocument) -> None:
    """Set page breaks in a document.

    Args:
        document: The document, laid out on pages.
    """
    measured = _Measured(document)
    for together in measured.groups():
        if measured.is_parted(together) and measured.height(together) <= document.pageSize().height():
            _begin_page(document, together.first)


def _begin_page(document: QTextDocument, position: int) -> None:
    before = QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore
    cursor = QTextCursor(document.findBlock(position))
    table = cursor.currentTable()
    if table is None:
        block_format = cursor.blockFormat()
        block_format.setPageBreakPolicy(before)
        cursor.setBlockFormat(block_format)
    else:
        table_format = table.format().toTableFormat()
        table_format.setPageBreakPolicy(before)
        table.setFormat(table_format)


class _Measured:
    """Where the items of a document are.

    Args:
        document: The document, laid out on pages.
    """

    def __init__(self, document: QTextDocument) -> None:
        self._document = document

    def groups(self) -> Iterator[_Item]:
        """Return what is to stay on one page, in order; where pages end may be changed in between."""
        items = list(self._items())
        for place, item in enumerate(items):
            if item.is_heading:
                yield replace(item, lasts=self._end_with_heading(items[place + 1 :], item))
            elif item.table is not None:
                yield replace(item, lasts=self._end_of_table(item, item.table))

    def is_parted(self, item: _Item) -> bool:
        """Return whether an item is on two pages."""
        page_height = self._document.pageSize().height()
        # The last pixel of what ends with its page is on that page.
        return int(self._top(item) // page_height) != int((self._bottom(item) - 1) // page_height)

    def height(self, item: _Item) -> float:
        """Return how high an item is."""
        return self._bottom(item) - self._top(item)

    def _items(self) -> Iterator[_Item]:
        block = self._document.begin()
        while block.isValid():
            table = QTextCursor(block).currentTable()
            if table is None:
                yield _Item(
                    block.position(),
                    (block.position(),),
                    is_heading=block.blockFormat().headingLevel() == _SECTION_LEVEL,
                    is_drawing=_IMAGE in block.text(),
                )
                block = block.next()
            else:
                yield _Item(block.position(), _ends_of_row(table, table.rows() - 1), table=table)
                block = self._document.findBlock(table.lastPosition()).next()

    def _end_with_heading(self, following: Sequence[_Item], heading: _Item) -> tuple[int, ...]:
        """Return the end of what stays with a heading: a few paragraphs, up to a drawing, or a table's first rows."""
        lasts = heading.lasts
        for item in following[:_PARAGRAPHS_TOGETHER]:
            if item.is_heading:
                break
            if item.table is not None:
                return self._end_of_table(item, item.table)
            lasts = item.lasts
            if item.is_drawing:
                break
        return lasts

    def _end_of_table(self, item: _Item, table: QTextTable) -> tuple[int, ...]:
        is_whole = table.rows() <= _FIRST_ROWS or self.height(item) <= _WHOLE_SHARE * self._document.pageSize().height()
        return item.lasts if is_whole else _ends_of_row(table, _FIRST_ROWS - 1)

    def _top(self, item: _Item) -> float:
        layout = self._document.documentLayout()
        return layout.blockBoundingRect(self._document.findBlock(item.first)).top()

    def _bottom(self, item: _Item) -> float:
        layout = self._document.documentLayout()
        return max(layout.blockBoundingRect(self._document.findBlock(last)).bottom() for last in item.lasts)


def _ends_of_row(table: QTextTable, row: int) -> tuple[int, ...]:
    return tuple(table.cellAt(row, column).lastCursorPosition().block().position() for column in range(table.columns()))
