"""Rows of a CSV file with named columns, as data packages have them: UTF-8 without a byte order mark."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import BinaryIO


class CsvRows:
    """Writes rows by the names of their columns; what a row does not give is empty.

    Args:
        stream: The file to write to.
        columns: The names of the columns, in order.
    """

    def __init__(self, stream: BinaryIO, columns: Sequence[str]) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        self._writer = csv.DictWriter(self._text, columns, restval="", lineterminator="\n")
        self._writer.writeheader()

    def add(self, row: Mapping[str, str]) -> None:
        """Write a row."""
        self._writer.writerow(row)

    def end(self) -> None:
        """Write what waits in memory; closing the file is for the one who opened it."""
        self._text.flush()
        self._text.detach()
