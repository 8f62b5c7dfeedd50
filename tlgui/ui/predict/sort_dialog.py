"""Sort into folders: what is chosen, and beside it what would be done, planned anew after each change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.plan import SortPlan
from tlgui.progress import Progress
from tlgui.text.numbers import count
from tlgui.text.stages import counts_words
from tlgui.ui.board.contents import BoardContents
from tlgui.ui.board.sorting import Sorting, SortInput, SortPreview
from tlgui.ui.predict.sort_choices import ExamplePhoto
from tlgui.ui.predict.sort_form import SortChoices, SortForm
from tlgui.ui.predict.sort_preview import SortPreviewView, room_problem
from tlgui.ui.session.worker import Job
from tlgui.ui.widgets.columns import Columns
from tlgui.ui.widgets.dialog_size import fit_dialog
from tlgui.ui.widgets.plain_text import set_spoken_details
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.scroll_area import ScrollArea

# The user may still be typing.
_DELAY_MS = 250
# The least width of a column, and the first width of the dialog, in letters.
_COLUMN_LETTERS = 50
_LETTERS = 140
_VERBS = {Act.COPY: "Copy", Act.MOVE: "Move", Act.LINK: "Link", Act.HARD_LINK: "Link"}


@dataclass(frozen=True, slots=True)
class SortScope:
    """Photos that can be sorted.

    Args:
        words: What they are, such as “The 12 selected photos”.
        contents: Returns them.
    """

    words: str
    contents: Callable[[], BoardContents]


class SortDialog(QDialog):
    """Asks what is to be sorted and how, and shows what would be done.

    Signals:
        sort_requested: The plan, and the choices for the next time.
        corrections_requested: Corrected photos are to be added to the collection instead.

    Args:
        sorting: Makes the plans.
        scopes: The photos that can be chosen, at least one entry; the first is chosen at first.
        choices: What was chosen last.
        example: A photo for the example; None where none is named.
        has_unlike: Whether the model tells photos that are unlike anything it learned.
        correction_count: How many photos a person has named that can be added to the collection.
        parent: The window.
    """

    sort_requested = Signal(SortPlan, SortChoices)
    corrections_requested = Signal()

    def __init__(
        self,
        sorting: Sorting,
        scopes: Sequence[SortScope],
        choices: SortChoices,
        example: ExamplePhoto | None,
        parent: QWidget | None = None,
        *,
        has_unlike: bool = True,
        correction_count: int = 0,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Sort into folders")
        self._sorting = sorting
        self._scopes = scopes
        self._contents: dict[int, BoardContents] = {}
        self._taken: dict[Path, float | None] = {}
        self._job: Job | None = None
        self.plan: SortPlan | None = None
        self.form = SortForm([scope.words for scope in scopes], 0, choices, example, has_unlike=has_unlike)
        self.preview = SortPreviewView(correction_count)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.sort_button = self.buttons.addButton("Sort", QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.sort_button)
        self._delay = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._delay.timeout.connect(self._plan_anew)
        column = QVBoxLayout(self)
        area = ScrollArea(Columns([[self.form], [self.preview]], _COLUMN_LETTERS))
        column.addWidget(area, 1)
        column.addWidget(self.buttons)
        fit_dialog(self, area, _LETTERS)
        self.form.changed.connect(self._on_form_changed)
        self.preview.corrections_requested.connect(self._on_corrections_requested)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._refresh_button()
        self._plan_anew()

    @override
    def accept(self) -> None:
        if self.plan is not None and self.sort_button.isEnabled():
            self.sort_requested.emit(self.plan, self.form.choices())
            super().accept()

    @override
    def done(self, result: int) -> None:
        self._delay.stop()
        self._stop()
        super().done(result)

    def _stop(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.stop()

    def _refresh_button(self) -> None:
        """Say what the button will do, and enable it where there is something to do."""
        plan = self.plan
        verb = _VERBS[self.form.act()]
        if plan is None or not plan.steps:
            self.sort_button.setText(f"{verb} photos")
        else:
            photos, others = plan.photo_count, plan.companion_count
            self.sort_button.setText(f"{verb} {count('photo', photos) if photos else count('file', others)}")
        set_spoken_details(self.sort_button, self.preview.said())
        self.sort_button.setEnabled(plan is not None and bool(plan.steps) and not room_problem(plan))

    @Slot()
    def _on_form_changed(self) -> None:
        self._stop()
        self.plan = None
        if problem := self.form.problem():
            self._delay.stop()
            self.preview.show_refusal(problem)
        else:
            self.preview.show_waiting()
            self._delay.start()
        self._refresh_button()

    @Slot()
    def _on_corrections_requested(self) -> None:
        self.reject()
        self.corrections_requested.emit()

    @Slot()
    def _plan_anew(self) -> None:
        if problem := self.form.problem():
            self.preview.show_refusal(problem)
            return
        place = self.form.scope()
        contents = self._contents.get(place)
        if contents is None:
            contents = self._contents[place] = self._scopes[place].contents()
        given = SortInput(contents, self.form.options(), self.form.keywords.isChecked(), self._taken)
        self._job = job = self._sorting.preview(given)
        job.reported.connect(self._on_job_reported)
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)

    @Slot(object)
    def _on_job_reported(self, event: object) -> None:
        if self.sender() is self._job and isinstance(event, Progress):
            self.preview.show_waiting(counts_words(event))

    @Slot(object)
    def _on_job_succeeded(self, preview: object) -> None:
        if self.sender() is self._job and isinstance(preview, SortPreview):
            self._job = None
            self.plan = preview.plan
            self.preview.show_preview(preview)
            self._refresh_button()

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        if self.sender() is self._job and isinstance(error, TlguiError):
            self._job = None
            self.preview.show_refusal(f"{error.message} {error.hint}".strip())
            self._refresh_button()
