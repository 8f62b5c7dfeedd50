"""What a training says in its run's folder after each epoch, for those who look from outside; needs no TensorFlow."""

import json
from collections.abc import Sequence
from pathlib import Path

from tlgui.errors import StorageError
from tlgui.files import read_regular, write_text
from tlgui.learning.model_file.manifest import ManifestProblemError, epochs_from, epochs_json
from tlgui.progress import EpochEnded, Notice

PROGRESS, CHECKPOINT = "progress.json", "checkpoint.npz"

_MOST_BYTES = 64 * 2**20


def write_progress(run_folder: Path, history: Sequence[EpochEnded], seconds: float) -> None:
    """Say how far a training is.

    Args:
        run_folder: The run's folder.
        history: The complete epochs.
        seconds: How long the training took so far.

    Raises:
        StorageError: The disk refused; what was said before stands.
    """
    text = json.dumps({"history": epochs_json(history), "seconds": seconds})
    write_text(run_folder / PROGRESS, text, is_interim=True)


def not_kept(error: StorageError) -> Notice:
    """Return what is said of a training that goes on although the disk refuses what it should leave for a resume."""
    return Notice(
        f"The training goes on, but its epochs cannot be kept: {error.message}",
        "Where it is broken off, it must begin anew; at its end its model is written as always.",
    )


def read_progress(run_folder: Path) -> tuple[EpochEnded, ...]:
    """Return the complete epochs of a training; none where there are none, or the file is damaged."""
    path = run_folder / PROGRESS
    try:
        data = json.loads(read_regular(path, _MOST_BYTES).decode("utf-8"))
        return epochs_from(data.get("history") if isinstance(data, dict) else None)
    except (OSError, ValueError, RecursionError, ManifestProblemError):
        return ()
