"""Predictions and histories as tables, the same from the window and from the command line.

The suffix says what parts the cells: commas, or tabs in a `.tsv`.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from tlgui import files
from tlgui.learning.results import Prediction
from tlgui.photos.names import writable
from tlgui.progress import EpochEnded

# A spreadsheet takes what begins like this for a formula, which may start programs; a photo's name may be anybody's.
# People who open the table expect to see names, so these begin with the mark that spreadsheets know for plain text, and
# a program that reads the table takes it off. They are rare: all other names are written as they are.
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def predictions_csv(path: Path, predictions: Iterable[Prediction], top: int = 3) -> None:
    """Write one row a photo: its path, the best classes with their probabilities, and why it could not be read.

    Args:
        path: The file to write.
        predictions: What the model said, in the order of the rows.
        top: How many classes get columns.

    Raises:
        StorageError: The disk refused; an old file is as it was.
    """
    header = ["photo"]
    for rank in range(1, top + 1):
        header += [f"class {rank}", f"probability {rank}"]
    _write(path, [*header, "problem"], (_prediction_row(prediction, top) for prediction in predictions))


def history_csv(path: Path, history: Iterable[EpochEnded]) -> None:
    """Write one row an epoch: losses, accuracies (0..1), learning rate, seconds, and whether it was the best so far.

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


def _prediction_row(prediction: Prediction, top: int) -> list[str]:
    cells = [_harmless(str(prediction.path))]
    for score in prediction.scores[:top]:
        cells += [_harmless(score.class_name), f"{score.probability:.6f}"]
    cells += [""] * (1 + 2 * top - len(cells))
    return [*cells, _harmless(prediction.error)]


def _harmless(text: str) -> str:
    """Return `text` so that no spreadsheet computes it and every file can hold it."""
    text = writable(text)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    # Where a spreadsheet parts cells at “;”, the rest of a name would be a cell of its own without the quotes.
    writer = csv.writer(text, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows(rows)
    # The mark at the start makes spreadsheets read it as UTF-8.
    files.write_text(path, "\ufeff" + text.getvalue())
