"""What `tlgui predict` writes besides its lines: a table in the chosen format, and keywords beside the photos."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from tlgui.cli.terminal import Terminal
from tlgui.errors import SidecarError, StorageError
from tlgui.learning.answers.photo_answer import ModelIdentity, PhotoAnswer, digest_of
from tlgui.learning.answers.photo_facts import with_facts
from tlgui.learning.answers.sorting import keyword_for
from tlgui.learning.results import ModelSummary
from tlgui.learning.trust import Verdict
from tlgui.text.numbers import count
from tlgui.text.tables.exported import Place, Table, TableAbout, common_base
from tlgui.text.tables.formats import TableFormat, table_format

_NOTES_SHOWN = 10


def check_outputs(arguments: argparse.Namespace) -> None:
    """Check, before the model is read, that the tables can be written.

    Raises:
        TlguiError: As `tables.writing.check_table`.
    """
    for target, chosen in _tables(arguments):
        from tlgui.text.tables.writing import check_table  # noqa: PLC0415 - what writes workbooks takes its time

        check_table(target, chosen, place=_place(arguments))


@contextmanager
def prediction_outputs(
    arguments: argparse.Namespace, model: ModelSummary, top: int, terminal: Terminal
) -> Iterator["PredictionOutputs"]:
    """Yield what takes the predictions as they come; tables are written whole at the end of the block.

    Args:
        arguments: What was asked for.
        model: The model in `arguments.model`.
        top: How many classes each photo gets.
        terminal: Is told what was written.
    """
    asked = _tables(arguments)
    if not asked and not arguments.keywords:
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
        tables = []
        for target, chosen in asked:
            from tlgui.text.tables.writing import open_table  # noqa: PLC0415 - as above

            tables.append(opened.enter_context(open_table(target, chosen, about)))
        needs_facts = any(chosen.needs_facts for _, chosen in asked)
        yield PredictionOutputs(tables, keywords, needs_facts=needs_facts)
    for target, _ in asked:
        terminal.note(f"Saved as {target}")


class PredictionOutputs:
    """Takes the predictions of a model as they come, without keeping them.

    Args:
        tables: The tables to write them to.
        keywords: Writes keywords beside the photos.
        needs_facts: Whether a table tells what the photos' files say of themselves.
    """

    def __init__(
        self,
        tables: Sequence[Table] = (),
        keywords: "_Keywords | None" = None,
        *,
        needs_facts: bool = False,
    ) -> None:
        self._tables = tables
        self._needs_facts = needs_facts
        self._keywords = keywords

    def add(self, answers: Sequence[PhotoAnswer]) -> None:
        """Write what is said of some more photos."""
        for answer in with_facts(answers) if self._needs_facts else answers:
            for table in self._tables:
                table.add(answer)
            if self._keywords is not None:
                self._keywords.write(answer)

    def result(self) -> dict[str, int]:
        """Return what the JSON object says of the keywords; nothing where none were asked for."""
        return {} if self._keywords is None else self._keywords.counts()


class _Keywords:
    """Writes the answers of a model as keywords into the files beside the photos."""

    def __init__(self, model: ModelIdentity, terminal: Terminal) -> None:
        self._model = model
        self._terminal = terminal
        self._written = self._unchanged = self._refused = self._not_named = 0

    def write(self, row: PhotoAnswer) -> None:
        from tlgui.photos.sidecars.sidecar import planned_change, write_change  # noqa: PLC0415 - only for this

        if row.error or row.verdict is not Verdict.NAMED:
            self._not_named += 1
            return
        try:
            change = planned_change(row.path, keyword_for(row, self._model))
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


def _tables(arguments: argparse.Namespace) -> list[tuple[Path, TableFormat]]:
    """Return the tables that were asked for: that of `--csv`, and that of `--format` and `--out`."""
    asked = [] if arguments.csv is None else [(arguments.csv, table_format("csv"))]
    return asked if arguments.format is None else [*asked, (arguments.out, table_format(arguments.format))]


def _place(arguments: argparse.Namespace) -> Place | None:
    """Return the place of the photos in folders that have none of their own."""
    return next((Place(*place) for folder, place in arguments.place if folder is None), None)
