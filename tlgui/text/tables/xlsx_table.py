"""A table as an Excel workbook; names are text cells, which no spreadsheet computes."""

import re
from contextlib import ExitStack
from datetime import datetime
from typing import BinaryIO

from typing_extensions import override
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from tlgui import files
from tlgui.errors import TargetError
from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.photos.names import writable
from tlgui.text.tables.cells import header, row
from tlgui.text.tables.exported import Table, TableAbout

MOST_ROWS = 1_048_576
"""The rows that a sheet has room for, the header included; Excel's specifications and limits."""

_MOST_CHARACTERS = 32_767
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class XlsxTable(Table):
    """An Excel workbook with one sheet. Its rows wait in a temporary file until the end.

    Args:
        stream: The file to write to.
        about: What the table says of itself.
    """

    def __init__(self, stream: BinaryIO, about: TableAbout) -> None:
        self._about = about
        self._open = ExitStack()
        folder = self._open.enter_context(files.temporary_folder())
        self._book = Workbook(
            stream,
            {
                "constant_memory": True,
                "tmpdir": str(folder),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        # Without it the clock decides, and the same table is another file each time.
        self._book.set_properties({"created": datetime.fromisoformat(about.written_at).replace(tzinfo=None)})
        self._sheet = self._book.add_worksheet("predictions")
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, 0, 50)
        self._row = 0
        self._write(header(about.top))

    @override
    def add(self, prediction: PhotoAnswer) -> None:
        if self._row == MOST_ROWS:
            raise TargetError(
                f"An Excel sheet has room for {MOST_ROWS - 1:,} photos, and there are more.", "Write a CSV table."
            )
        self._write(row(prediction, self._about))

    @override
    def end(self) -> None:
        try:
            self._book.close()
        except FileCreateError as error:
            # It holds what the system said, such as that the disk is full.
            reason = error.args[0] if error.args else None
            raise (reason if isinstance(reason, OSError) else error) from error

    @override
    def close(self) -> None:
        # The library closes the file with the rows only when it writes the workbook.
        self._sheet.row_data_fh.close()
        self._open.close()

    def _write(self, cells: list[str] | list[str | float]) -> None:
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                self._sheet.write_string(self._row, column, _text(cell))
            else:
                self._sheet.write_number(self._row, column, cell)
        self._row += 1


def _text(cell: str) -> str:
    """Return a text that Excel takes: without characters that XML has not, and cut where it is too long."""
    return _NO_XML.sub("\ufffd", writable(cell))[:_MOST_CHARACTERS]
