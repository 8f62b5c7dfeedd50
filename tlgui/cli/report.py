"""Writes the report of `tlgui evaluate`."""

from collections.abc import Sequence
from pathlib import Path

from tlgui import files
from tlgui.cli.terminal import Terminal
from tlgui.learning.results import Evaluation, MistakenPhoto, ModelSummary
from tlgui.learning.runs.run import run_of_model
from tlgui.photos.collection import Collection
from tlgui.photos.names import shown_name
from tlgui.reporting.model_report import ReportFacts, model_report
from tlgui.reporting.page import browser_page


def write_report(
    target: Path,
    model: ModelSummary,
    collection: Collection,
    evaluation: Evaluation,
    mistakes: Sequence[MistakenPhoto] | None,
    terminal: Terminal,
) -> None:
    """Write what is known of a model and what was just measured, as one page.

    Args:
        target: The file.
        model: The facts in the model's file.
        collection: The photos that it was evaluated on.
        evaluation: What was measured.
        mistakes: The photos that it named wrongly, to be shown; None leaves them out.
        terminal: Says where the page is.

    Raises:
        StorageError: The disk refused; the old file is as it was.
    """
    facts = ReportFacts(
        name=": ".join(run_of_model(model.path) or (model.path.stem,)),
        model=model,
        measured=(f"the photos in “{shown_name(collection.folder)}”", evaluation),
        mistakes=mistakes,
    )
    files.write_text(target, browser_page(model_report(facts, terminal.checkpoint)))
    terminal.note(f"Saved as {target}")
