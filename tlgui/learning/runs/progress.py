"""The epochs of a training under way, written to its run's folder after each one and read by lists of runs.

A kill loses the epoch under way and little more: the engine writes `progress.json` and a checkpoint of plain arrays
after each epoch, or after some where epochs take milliseconds. Runs lie in the user's data folder, by collection, and
never among the photos. Where that disk is full, the training goes on without. Nothing here needs TensorFlow.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from tlgui.errors import StorageError
from tlgui.files import write_text
from tlgui.learning.model_file.manifest import epochs_from, epochs_json
from tlgui.learning.recipes.fields import Fields
from tlgui.learning.recipes.validation import FieldError
from tlgui.progress import EpochEnded, Notice

PROGRESS, CHECKPOINT = "progress.json", "checkpoint.npz"

_MOST_BYTES = 64 * 2**20


def write_progress(run_folder: Path, history: Sequence[EpochEnded], seconds: float) -> None:
    """Write the complete epochs of a training.

    Args:
        run_folder: The run's folder.
        history: The complete epochs.
        seconds: Time spent on training so far.

    Raises:
        StorageError: The disk refused; the old file is unchanged.
    """
    text = json.dumps({"history": epochs_json(history), "seconds": seconds})
    write_text(run_folder / PROGRESS, text, is_interim=True)


def not_kept(error: StorageError) -> Notice:
    """Return the notice of a training that goes on although its epochs cannot be written.

    Args:
        error: Why the disk refused.

    Returns:
        The event to report.
    """
    return Notice(
        f"The training goes on, but its epochs cannot be kept: {error.message}",
        "Where it is broken off, it must begin anew; at its end its model is written as always.",
    )


def read_progress(run_folder: Path) -> tuple[EpochEnded, ...]:
    """Return the complete epochs of a training.

    Args:
        run_folder: The run's folder.

    Returns:
        The epochs; none where the file is missing or damaged.
    """
    try:
        return epochs_from(Fields.read(run_folder / PROGRESS, _MOST_BYTES, "progress").raw("history"))
    except FieldError:
        return ()
