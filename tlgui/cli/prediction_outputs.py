"""What `tlgui predict` writes besides its lines: a table in the chosen format, and keywords beside the photos."""

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from tlgui import files
from tlgui.cli.terminal import Terminal
from tlgui.errors import SidecarError, StorageError
from tlgui.learning.results import ModelSummary, Prediction
from tlgui.learning.trust import Caution, Verdict
from tlgui.photos.facts import PhotoFacts
from tlgui.text.numbers import count
from tlgui.text.tables.exported import (
    ExportedPrediction,
    ModelIdentity,
    Place,
    Table,
    TableAbout,
    common_base,
    decided_by_model,
)
from tlgui.text.tables.formats import TableFormat, table_format

_NOTES_SHOWN = 10


def check_outputs(arguments: argparse.Namespace) -> None:
    """Check, before the model is read, that the table can be written.

    Raises:
        TlguiError: As `tables.writing.check_table`.
    """
    if arguments.format is not None:
        from tlgui.text.tables.writing import check_table  # noqa: PLC0415 - what writes workbooks takes its time

        check_table(arguments.out, table_format(arguments.format), place=_place(arguments))


@contextmanager
def prediction_outputs(
    arguments: argparse.Namespace, model: ModelSummary, top: int, terminal: Terminal
) -> Iterator["PredictionOutputs"]:
    """Yield what takes the predictions as they come; the table is written whole at the end of the block.

    Args:
        arguments: What was asked for.
        model: The model in `arguments.model`.
        top: How many classes each photo gets.
        terminal: Is told what was written.
    """
    if arguments.format is None and not arguments.keywords:
        yield PredictionOutputs()
        return
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    identity = ModelIdentity(arguments.model.name, digest_of(arguments.model), model.class_names)
    places = tuple((folder, Place(*place)) for folder, place in arguments.place if folder is not None)
    about = TableAbout(identity, now, top, common_base(arguments.paths), _place(arguments), places)
    keywords = _Keywords(identity, terminal) if arguments.keywords else None
    with ExitStack() as opened:
        if keywords is not None:
            # Told also where the command is stopped: what was written stays.
            opened.callback(keywords.tell)
        table, chosen = None, None
        if arguments.format is not None:
            from tlgui.text.tables.writing import open_table  # noqa: PLC0415 - as above

            chosen = table_format(arguments.format)
            table = opened.enter_context(open_table(arguments.out, chosen, about))
        yield PredictionOutputs(model, now, table, chosen, keywords)
    if arguments.out is not None:
        terminal.note(f"Saved as {arguments.out}")


class PredictionOutputs:
    """Takes the predictions of a model as they come, without keeping them.

    Args:
        model: The model; None where nothing is to be written.
        decided_at: When the predictions are made, as an ISO 8601 time with its offset.
        table: The table to write them to.
        chosen: The table's format.
        keywords: Writes keywords beside the photos.
    """

    def __init__(
        self,
        model: ModelSummary | None = None,
        decided_at: str = "",
        table: Table | None = None,
        chosen: TableFormat | None = None,
        keywords: "_Keywords | None" = None,
    ) -> None:
        self._model = model
        self._decided_at = decided_at
        self._table = table
        self._needs_facts = chosen is not None and chosen.needs_facts
        self._keywords = keywords

    def add(self, predictions: Sequence[Prediction], caution: Caution) -> None:
        """Write what is said of some more photos.

        Args:
            predictions: The predictions.
            caution: How careful the user wants the answers to be.
        """
        if self._model is None:
            return
        facts = _facts_of([each.path for each in predictions if not each.error]) if self._needs_facts else {}
        for prediction in predictions:
            row = decided_by_model(prediction, self._model, caution, self._decided_at, facts.get(prediction.path))
            if self._table is not None:
                self._table.add(row)
            if self._keywords is not None:
                self._keywords.write(row)

    def result(self) -> dict[str, int]:
        """Return what the JSON object says of the keywords; nothing where none were asked for."""
        return {} if self._keywords is None else self._keywords.counts()


class _Keywords:
    """Writes the answers of a model as keywords into the files beside the photos."""

    def __init__(self, model: ModelIdentity, terminal: Terminal) -> None:
        self._model = model
        self._terminal = terminal
        self._written = self._unchanged = self._refused = self._not_named = 0

    def write(self, row: ExportedPrediction) -> None:
        from tlgui.photos.sidecars.sidecar import planned_change, write_change  # noqa: PLC0415 - only for this
        from tlgui.photos.sidecars.xmp_merge import Keyword  # noqa: PLC0415 - only for this

        if row.error or row.verdict is not Verdict.NAMED:
            self._not_named += 1
            return
        model = self._model
        keyword = Keyword(row.answer, row.decided_by, row.decided_at, row.certainty, model.name, model.digest)
        try:
            change = planned_change(row.path, keyword)
            write_change(change)
        except (SidecarError, StorageError) as error:
            self._refused += 1
            if self._refused <= _NOTES_SHOWN:
                self._terminal.note(f"note: {error.message} {error.hint}".rstrip())
            return
        if change.is_needed:
            self._written += 1
        else:
            self._unchanged += 1

    def counts(self) -> dict[str, int]:
        return {
            "keywords_written": self._written,
            "keywords_unchanged": self._unchanged,
            "keywords_refused": self._refused,
        }

    def tell(self) -> None:
        words = f"Wrote keywords beside {count('photo', self._written)}"
        if self._unchanged:
            words += f"; {count('photo', self._unchanged)} had one already"
        if self._not_named:
            words += f"; {count('file', self._not_named)} got none, without a sure answer"
        if self._refused:
            words += f"; {count('photo', self._refused)} got none, because the file beside could not be changed"
        self._terminal.note(f"{words}.")


def _facts_of(paths: Sequence[Path]) -> dict[Path, PhotoFacts]:
    """Return what photos' files say of themselves; those that cannot be read are left out."""
    from tlgui.photos.pictures.header import read_all_facts, state_now  # noqa: PLC0415 - only where a format tells it

    listed = [(path, state) for path in paths if (state := state_now(path)) is not None]
    found = zip(listed, read_all_facts(listed), strict=True)
    return {path: facts for (path, _), facts in found if isinstance(facts, PhotoFacts)}


def _place(arguments: argparse.Namespace) -> Place | None:
    """Return the place of the photos in folders that have none of their own."""
    return next((Place(*place) for folder, place in arguments.place if folder is None), None)


def digest_of(model: Path) -> str:
    """Return the SHA-256 of a model file in hexadecimal."""
    with files.open_regular(model) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
