"""A table as CSV, or with tabs in a `.tsv`; names are plain text to every spreadsheet."""

import io
from pathlib import Path
from typing import BinaryIO

from typing_extensions import override

from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.text.csv_tables import csv_writer, harmless
from tlgui.text.tables.cells import Cell, header, row
from tlgui.text.tables.exported import Table, TableAbout


class CsvTable(Table):
    """A CSV file.

    Args:
        stream: The file to write to.
        target: Its name in the end; a `.tsv` gets tabs.
        about: What the table says of itself.
    """

    def __init__(self, stream: BinaryIO, target: Path, about: TableAbout) -> None:
        self._about = about
        # The byte order mark makes spreadsheets read it as UTF-8.
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=False)
        self._writer = csv_writer(self._text, target)
        self._writer.writerow(header(about.top))

    @override
    def add(self, prediction: PhotoAnswer) -> None:
        self._writer.writerow([_written(cell) for cell in row(prediction, self._about)])

    @override
    def end(self) -> None:
        self._text.flush()
        # Closing it is for the one who opened it.
        self._text.detach()


def _written(cell: Cell) -> str:
    return harmless(cell) if isinstance(cell, str) else f"{cell:.6f}"
