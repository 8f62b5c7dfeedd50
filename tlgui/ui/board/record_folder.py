"""Where records about the board are kept: with the collection that the model in use belongs to, else with the model."""

import hashlib
from pathlib import Path

from tlgui import files
from tlgui.learning.results import ModelSummary
from tlgui.ui.board.board import identity
from tlgui.ui.session.session import Session

_FOLDER = "boards"


def record_folder(session: Session) -> Path | None:
    """Return the folder, which may not be there yet; None while there is no model.

    Raises:
        OSError: The data folder cannot be made.
    """
    model, collection = session.model, session.collection
    if model is None:
        return None
    if collection is not None and session.active_run is not None:
        return files.workspace_path(collection.folder)
    return model_folder(model)


def model_folder(model: ModelSummary) -> Path:
    """Return the folder of a model that belongs to no collection, whichever copy of its file is open.

    Args:
        model: The model.

    Raises:
        OSError: The data folder cannot be made.
    """
    digest = hashlib.sha256("\n".join(identity(model)).encode("utf-8", "surrogatepass")).hexdigest()
    return files.data_folder() / _FOLDER / digest[:16]
