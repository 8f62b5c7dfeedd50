"""What the user decided about photos in the window, for the commands that name photos."""

from pathlib import Path

from tlgui.cli.terminal import Terminal
from tlgui.errors import StorageError
from tlgui.learning.answers.person_answers import PersonAnswers
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.run import collection_of_model
from tlgui.photos.storage.decision_file import DecisionFile
from tlgui.photos.storage.decisions import Decisions


def person_answers(model_path: Path, model: ModelSummary, terminal: Terminal) -> PersonAnswers:
    """Return what finds the user's decisions about the photos that a model names.

    Args:
        model_path: The model file.
        model: What it says of itself.
        terminal: Is told where the file of decisions was damaged.
    """

    def tell(error: StorageError) -> None:
        terminal.note(f"note: {error.message} {error.hint}".rstrip())

    folder = collection_of_model(model_path.absolute())
    return PersonAnswers(model, folder, Decisions(DecisionFile(tell=tell)))
