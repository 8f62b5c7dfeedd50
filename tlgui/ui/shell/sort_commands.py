"""Sort into folders, Go on sorting and their undo: asks what is to be sorted, begins the jobs, tells how they end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from tlgui.photos.names import one_line, shown_name
from tlgui.photos.sorting.pattern import DEFAULT_PATTERN, pattern_problem
from tlgui.photos.sorting.plan import SortPlan
from tlgui.photos.sorting.sorter import Sorted, Undone
from tlgui.text.numbers import count
from tlgui.ui.board.board import Board
from tlgui.ui.board.columns import Rows
from tlgui.ui.board.sorting import Sorting
from tlgui.ui.predict.sort_choices import ExamplePhoto
from tlgui.ui.predict.sort_dialog import SortDialog, SortScope
from tlgui.ui.predict.sort_form import SortChoices
from tlgui.ui.predict.sort_preview import problem_lines
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import SORT_FOLDER, SORT_KEYWORDS, SORT_PATTERN, Settings
from tlgui.ui.shell.message_bar import MessageBar, MessageKind
from tlgui.ui.shell.model_questions import pictures_folder
from tlgui.ui.shell.outcome_texts import FAILED_SHOWN, listed_problems
from tlgui.ui.widgets.file_manager import FileManager
from tlgui.ui.widgets.lines_dialog import LinesDialog
from tlgui.ui.widgets.plain_text import PlainMessageBox, set_title

_FOLDER = "Sorted photos"


@dataclass(frozen=True, slots=True)
class ShownPhotos:
    """What the Predict page shows.

    Args:
        shown: Returns the rows of the board that are shown.
        selected: Returns those that are selected.
        is_visible: Returns whether the page is seen.
    """

    shown: Callable[[], Rows]
    selected: Callable[[], Rows]
    is_visible: Callable[[], bool]


class SortCommands(QObject):
    """Handles the actions.

    Args:
        window: The parent of the dialogs.
        session: The state of the window.
        settings: Keeps what was chosen last.
        board: Has the photos.
        sorting: Sorts them.
        page: What the Predict page shows.
        messages: Says how a sort ended.
    """

    def __init__(
        self,
        window: QWidget,
        session: Session,
        settings: Settings,
        board: Board,
        sorting: Sorting,
        page: ShownPhotos,
        messages: MessageBar,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._settings = settings
        self._board = board
        self._sorting = sorting
        self._page = page
        self._messages = messages
        self._is_told = self._is_told_on_page = False
        self._told = ""
        self._files = FileManager(self)
        self._files.problem_raised.connect(messages.show_error)
        sorting.changed.connect(self._on_sorting_changed)
        session.job_ended.connect(self.tell_on_page)
        sorting.ended.connect(self._on_sorting_ended)
        sorting.stopped.connect(self._on_sorting_stopped)
        sorting.undone.connect(self._on_sorting_undone)

    def can_sort(self) -> bool:
        """Return whether there are photos to sort and no job is under way."""
        return self._board.model is not None and len(self._board.photos) > 0 and not self._session.is_busy

    def can_go_on(self) -> bool:
        """Return whether a sort stopped that can be gone on with."""
        return self._sorting.unfinished is not None and not self._session.is_busy

    def go_on_text(self) -> str:
        """Return the menu text of Go on sorting, with what is left."""
        past = self._sorting.unfinished
        return "&Go on sorting" if past is None else f"&Go on sorting ({count('file', past.left_count)} left)"

    def ask(self) -> None:
        """Ask what is to be sorted and where to."""
        if not self.can_sort():
            return
        model = self._board.model
        has_unlike = model is not None and model.trust is not None and model.trust.novelty is not None
        scopes = photo_scopes(self._board, self._page)
        dialog = SortDialog(
            self._sorting,
            scopes,
            self.choices(),
            self._example(),
            self._window,
            has_unlike=has_unlike,
            correction_count=0 if self._board.why_not_add() else len(self._board.corrections_to_add()),
        )
        dialog.corrections_requested.connect(self._board.add_corrections)
        dialog.sort_requested.connect(self._sort)
        dialog.open()

    def go_on(self) -> None:
        """Go on with the sort that stopped."""
        job = self._sorting.go_on() if self._is_free() else None
        if job is not None:
            job.succeeded.connect(self._on_going_on_succeeded)

    def undo(self) -> None:
        """Take the last sort back."""
        if self._is_free():
            self._sorting.undo()

    def ask_undo(self) -> None:
        """Take the last sort back where the person agrees: it was made on another day, or elsewhere."""
        past = self._sorting.last
        if past is None or not self._is_free():
            return
        box = PlainMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        set_title(box, "Undo")
        box.setText("Take back a sort from before?")
        box.setInformativeText(f"It was not done in this window just now: {past.words}.")
        go = box.addButton("&Take it back", QMessageBox.ButtonRole.AcceptRole)
        keep = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        go.clicked.connect(self.undo)
        box.finished.connect(box.deleteLater)
        box.open()

    def choices(self) -> SortChoices:
        """Return what was chosen last."""
        pattern = self._settings.value(SORT_PATTERN) or DEFAULT_PATTERN
        folder = self._settings.value(SORT_FOLDER)
        return SortChoices(
            Path(folder) if folder else pictures_folder() / _FOLDER,
            DEFAULT_PATTERN if pattern_problem(pattern) else pattern,
            self._settings.value(SORT_KEYWORDS),
        )

    def _example(self) -> ExamplePhoto | None:
        named = np.flatnonzero(self._board.photos.groups >= 0)
        if not len(named):
            return None
        photo = self._board.photos.photo(int(named[0]))
        certainty = 1.0 if photo.is_decided or photo.certainty is None else photo.certainty
        return ExamplePhoto(photo.path, photo.answer, certainty, photo.time)

    def _is_free(self) -> bool:
        if self._session.is_busy:
            self._messages.show_info("Something is still under way.", "Wait until it has ended, or stop it.")
        return not self._session.is_busy

    @Slot(object, object)
    def _sort(self, plan: SortPlan, choices: SortChoices) -> None:
        self._settings.set_value(SORT_FOLDER, str(choices.into))
        self._settings.set_value(SORT_PATTERN, choices.pattern)
        self._settings.set_value(SORT_KEYWORDS, choices.with_keywords)
        if self._is_free():
            self._sorting.sort(plan)

    @Slot()
    def _on_sorting_changed(self) -> None:
        """Tell once after the start that the last sort was not finished."""
        is_told, self._is_told = self._is_told, True
        if not is_told:
            self._tell_unfinished()
        else:
            # It was told when it stopped.
            self._is_told_on_page = True

    @Slot()
    def tell_on_page(self) -> None:
        """Tell of it on the Predict page too: the message of the start goes with the first folder that is opened."""
        if self._page.is_visible() and not self._is_told_on_page:
            is_seen = not self._messages.isHidden() and self._messages.message.text() == self._told
            self._is_told_on_page = is_seen or self._tell_unfinished()

    def _tell_unfinished(self) -> bool:
        """Tell that the last sort was not finished, where nothing else is told; return whether that was done."""
        past = self._sorting.unfinished
        can_tell = past is not None and self._messages.isHidden() and not self._session.is_busy
        if past is not None and can_tell:
            verb = "is" if past.left_count == 1 else "are"
            self._told = f"The last sort was not finished: {count('file', past.left_count)} {verb} still to be sorted."
            self._messages.show_undoable(
                self._told,
                f"Done so far: {past.words}.",
                self.undo,
                ("Go on sorting", self.go_on),
                kind=MessageKind.INFO,
            )
        return can_tell

    @Slot(object)
    def _on_going_on_succeeded(self, done: object) -> None:
        if done is None:
            self._messages.show_info(
                "The sort is complete already.", "Another window or a command has gone on with it."
            )

    @Slot(object)
    def _on_sorting_ended(self, done: Sorted) -> None:
        if done.stopped is not None:
            self._tell_stopped(done)
            return
        past = self._sorting.last
        if past is None:
            # Nothing was sorted.
            self._messages.show_info(done.words, self._hint(done))
            return
        lines = [*problem_lines(done.problems), *_there_lines(done)]
        offer: tuple[str, Callable[[], None]] = ("Show folder", lambda: self._show_folder(past.into))
        if len(lines) > FAILED_SHOWN:
            offer = ("List them…", lambda: self._list("Not sorted", done.words, lines))
        hint = self._hint(done) or f"In {one_line(str(past.into))}"
        self._messages.show_undoable(done.words, hint, self.undo, offer, stays=True)

    def _tell_stopped(self, done: Sorted) -> None:
        assert done.stopped is not None
        verb = "is" if done.left_count == 1 else "are"
        self._messages.show_undoable(
            done.stopped.message,
            f"{done.words} {count('file', done.left_count)} {verb} still to be sorted. "
            "Nothing is lost: go on when that is mended, or take it back.",
            self.undo,
            ("Go on sorting", self.go_on),
            kind=MessageKind.ERROR,
        )

    def _hint(self, done: Sorted) -> str:
        there = len(done.already_there)
        skipped = (
            f"{count('photo', there)} {'was' if there == 1 else 'were'} there already, and skipped." if there else ""
        )
        listed = listed_problems([(problem.path, problem.reason) for problem in done.problems])
        return "\n".join(part for part in (skipped, listed) if part)

    @Slot(object)
    def _on_sorting_stopped(self, _past: object) -> None:
        past = self._sorting.last
        if past is None:
            self._messages.show_info("Stopped.", "Nothing was sorted.")
        elif past.left_count:
            verb = "is" if past.left_count == 1 else "are"
            self._messages.show_undoable(
                f"Stopped. {count('file', past.left_count)} {verb} still to be sorted.",
                f"Done so far: {past.words}.",
                self.undo,
                ("Go on sorting", self.go_on),
                kind=MessageKind.INFO,
            )
        else:
            hint = f"What is left of it: {past.words}. Undo takes the rest back."
            self._messages.show_undoable("Stopped.", hint, self.undo, stays=True, kind=MessageKind.INFO)

    @Slot(object)
    def _on_sorting_undone(self, undone: Undone) -> None:
        problems = undone.problems
        if not problems:
            self._messages.show_success(undone.words)
            return
        hint = listed_problems([(problem.path, problem.reason) for problem in problems])
        if len(problems) > FAILED_SHOWN:
            lines = problem_lines(problems)
            self._messages.show_offer(
                undone.words, hint, "List them…", lambda: self._list("What stays", undone.words, lines)
            )
        else:
            self._messages.show_info(undone.words, hint)

    def _list(self, title: str, text: str, lines: Sequence[str]) -> None:
        LinesDialog(title, text, lines, self._window).show()

    def _show_folder(self, folder: Path) -> None:
        if not self._files.open_folder(folder):
            self._messages.show_info(f"“{shown_name(folder)}” could not be shown.", f"Look for it in {folder.parent}.")


def photo_scopes(board: Board, page: ShownPhotos) -> list[SortScope]:
    """Return the photos that can be chosen, those that are meant most likely first.

    Args:
        board: The board.
        page: What the Predict page shows.
    """
    everything, shown, selected = len(board.photos), page.shown(), page.selected()
    what = "The photo" if everything == 1 else f"All {count('photo', everything)}"
    scopes = [SortScope(what, board.contents)]
    if 0 < len(shown) < everything:
        what = "The photo shown" if len(shown) == 1 else f"The {count('photo', len(shown))} shown"
        scopes.insert(0, SortScope(what, lambda: board.contents(shown)))
    if 0 < len(selected) < len(shown):
        what = "The selected photo" if len(selected) == 1 else f"The {count('selected photo', len(selected))}"
        # One photo is selected by merely looking at it.
        scopes.insert(0 if len(selected) > 1 else len(scopes), SortScope(what, lambda: board.contents(selected)))
    return scopes


def _there_lines(done: Sorted) -> list[str]:
    return [
        f"{shown_name(photo)}: the same is there already, as {one_line(str(twin))}"
        for photo, twin in done.already_there
    ]
