"""Writes doubts and histories as tables, the same from the window and from the command line.

Cells are separated by commas, or by tabs in a `.tsv`. Names come from files and folders, so they are written as plain
text: no spreadsheet computes one.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tlgui import files
from tlgui.learning.trust import PhotoJudgement
from tlgui.photos.names import writable
from tlgui.progress import EpochEnded

if TYPE_CHECKING:
    import _csv

# A spreadsheet reads text that begins so as a formula, which may start programs. Such a name gets the prefix ' that
# marks plain text in spreadsheets; a program that reads the table has to remove it.
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def doubts_csv(path: Path, doubts: Iterable[PhotoJudgement]) -> None:
    """Write photos that are probably in the wrong class, one a row, those first that are worth looking at first.

    Args:
        path: The file to write.
        doubts: In the order of the rows.

    Raises:
        StorageError: The disk refused; an old file is as it was.
    """
    header = ["photo", "class", "probability of class", "looks like", "probability"]
    rows = (
        [
            harmless(doubt.place),
            harmless(doubt.class_name),
            f"{doubt.own_probability:.6f}",
            harmless(doubt.named),
            f"{doubt.probability:.6f}",
        ]
        for doubt in doubts
    )
    _write(path, header, rows)


def history_csv(path: Path, history: Iterable[EpochEnded]) -> None:
    """Write one row an epoch: losses, accuracies (0..1), learning rate, seconds, and whether it was the best so far.

    Args:
        path: The file to write.
        history: In the order of the rows.

    Raises:
        StorageError: The disk refused; an old file is as it was.
    """
    header = ["epoch", "loss", "accuracy", "validation loss", "validation accuracy", "learning rate", "seconds", "best"]
    rows = (
        [
            str(epoch.epoch),
            f"{epoch.loss:.6g}",
            f"{epoch.accuracy:.6g}",
            f"{epoch.validation_loss:.6g}",
            f"{epoch.validation_accuracy:.6g}",
            f"{epoch.learning_rate:.6g}",
            f"{epoch.seconds:.3f}",
            "yes" if epoch.is_best else "no",
        ]
        for epoch in history
    )
    _write(path, header, rows)


def harmless(text: str) -> str:
    """Return a text that no spreadsheet computes and that can be encoded as UTF-8; formulas get a `'` in front."""
    text = writable(text)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_writer(text: TextIO, path: Path) -> "_csv.Writer":
    """Return a writer of rows.

    Args:
        text: Where they go.
        path: The file's name in the end; a `.tsv` gets tabs.
    """
    # All cells are quoted: some spreadsheets separate cells at “;”, which a name may contain.
    return csv.writer(text, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", quoting=csv.QUOTE_ALL)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv_writer(text, path)
    writer.writerow(header)
    writer.writerows(rows)
    # The byte order mark makes spreadsheets read it as UTF-8.
    files.write_text(path, "\ufeff" + text.getvalue())
