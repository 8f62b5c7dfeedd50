"""The Predict page: takes photos by drop, paste and dialog, and shows what the model and the person say of them."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QApplication, QPushButton, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.text.numbers import count
from tlgui.ui.board.board import Board
from tlgui.ui.predict.board_actions import BoardActions
from tlgui.ui.predict.board_view import BoardView, is_in_low_window
from tlgui.ui.predict.board_words import counts_in_words
from tlgui.ui.predict.correction_actions import CorrectionActions
from tlgui.ui.predict.deciding import UNDO_KEY, Deciding
from tlgui.ui.predict.full_view_opener import FullViewOpener
from tlgui.ui.predict.pasted_image import image_of, write_image
from tlgui.ui.predict.suggestion_bar import SuggestionBar
from tlgui.ui.session.session import Session
from tlgui.ui.text.model_words import classes_in_words, model_in_words
from tlgui.ui.widgets.action import Action
from tlgui.ui.widgets.action_button import ActionButton
from tlgui.ui.widgets.drops import DropRule, DropTarget, dropped_paths, is_model_file
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.empty_page import EmptyPage, page_heading
from tlgui.ui.widgets.folding_row import FoldingRow
from tlgui.ui.widgets.notice_bar import NoticeBar
from tlgui.ui.widgets.plain_text import set_tip
from tlgui.ui.widgets.tokens import GRID, MARGIN, Accent, colour

_NO_FILES = "What was dropped is neither a photo nor a folder on this computer. Save it as a file, then drop the file."
_NO_IMAGE = "There is no image on the clipboard. Copy a picture or photo files first, then paste again."
_NO_PHOTOS = "No photos were found in what was dropped."
_OTHER_MODEL = "The photos in the list were named by the model that was open before."


class PredictPage(QWidget):
    """Names photos with the model of the session, and lets the person decide about the answers.

    Photos that are dropped during a prediction are queued. During a training they are named too, by the model in use;
    during another job they are refused with a notice.

    Args:
        session: The state of the window.
        board: The photos.
        parent: The owner.
    """

    state_changed = Signal()
    problem_raised = Signal(TlguiError)
    train_requested = Signal()
    open_model_requested = Signal()
    open_photos_requested = Signal()
    open_folder_requested = Signal()
    save_requested = Signal()

    def __init__(self, session: Session, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.board = board
        self._told = ""
        self._is_dragged_over = False
        self._make_widgets()
        self._lay_out()
        DropTarget(self, [DropRule(_is_taken, self._on_dropped)]).hovered.connect(self._on_hovered)
        self._connect()
        self._refresh()

    @property
    def has_predictions(self) -> bool:
        """Whether there are photos on the board."""
        return len(self.board.photos) > 0

    def predict_paths(self, paths: Sequence[Path]) -> None:
        """Name photos, and the photos in folders, after those that are queued already.

        Where that cannot be done, a notice on the page says why.

        Args:
            paths: Photos and folders.
        """
        problem = self.board.problem()
        self.notice.say(problem)
        if problem:
            return
        if self.board.is_of_other_model:
            # The photos that are there stay, named by the same model as those that come.
            self.board.name_again()
        self.board.name_photos(paths)

    def paste_image(self) -> None:
        """Name the image, or the photo files, on the clipboard."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        if data is None or not self._predict_from(data):
            self.notice.say(_NO_IMAGE)

    def offer(self, action: Action) -> None:
        """Show an action that concerns all photos as a button below them."""
        self.foot.add(ActionButton(action), 0)

    @Slot()
    def clear(self) -> None:
        """Take all photos off the board; files and decisions stay."""
        self.notice.say("")
        self.board.clear()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Keys that a button leaves, such as a chip that has the focus.
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and self.view.pane.isAncestorOf(QApplication.focusWidget() or self):
            self.deciding.accept()
        elif not self.has_predictions or not self.deciding.press(event):
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_model_line()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_dragged_over:
            width = max(3, self.fontMetrics().averageCharWidth() // 2)
            painter = QPainter(self)
            painter.setPen(QPen(colour(Accent.INFO, self.palette()), width))
            painter.drawRect(self.rect().adjusted(width // 2, width // 2, -width, -width))
            painter.end()

    def _make_widgets(self) -> None:
        self.heading = page_heading("Name photos")
        self.model_line = ElidedLabel()
        self.classes_line = ElidedLabel()
        self.notice = NoticeBar()
        self.view = BoardView(self._session, self.board)
        self.deciding = Deciding(self.board, self.view, self)
        self.opener = FullViewOpener(self._session, self.board, self.view, self.deciding, self)
        self.photo_actions = BoardActions(self.board, self.view, self.deciding, self.opener, self)
        self.corrections = CorrectionActions(self.board, self.view, self)
        self.suggestion = SuggestionBar(self.board, self.view, self.deciding)
        # One line, whatever it says, so that the photos above do not move.
        self.summary = ElidedLabel(is_quiet=False)
        # Ctrl+P does the same; the letters are those of other buttons and of the menus.
        self.open_button = _button("Open photos…", self.open_photos_requested, "Choose photos to name")
        self.save_action = Action(
            self,
            name="save-predictions",
            text="&Save predictions…",
            tip="Write what is said of the photos as a table, for a spreadsheet or another program",
            handler=self.save_requested.emit,
            enabled=lambda: self.has_predictions,
            shortcut="Ctrl+Shift+S",
            icon="table",
        )
        self.save_button = ActionButton(self.save_action)
        self.clear_button = _button("&Clear", self.clear, "Take all photos off this page; no file is touched")
        self.no_model = EmptyPage(
            "Name photos with a model",
            "There is no model yet. Train one with your own photos, or open a model that was saved before. "
            "Then drop photos anywhere on this page.",
            [_button("&Go to Train", self.train_requested), _button("Open &model…", self.open_model_requested)],
        )
        self.drop_here = EmptyPage(
            "Drop photos here",
            "Drop photos or whole folders anywhere on this page, or paste a picture. "
            "They are only looked at, and never leave this computer.",
            [
                _button("Open photo&s…", self.open_photos_requested),
                _button("Open a fol&der…", self.open_folder_requested),
            ],
        )

    def _lay_out(self) -> None:
        self._listed = QWidget()
        column = QVBoxLayout(self._listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.view, 1)
        column.addWidget(self.suggestion)
        column.addWidget(self.summary)
        self.foot = FoldingRow("More about all photos", is_right=True)
        for button in (self.corrections.add_button, self.open_button, self.save_button, self.clear_button):
            self.foot.add(button)
        column.addWidget(self.foot)
        self.stack = QStackedWidget()
        for widget in (self.no_model, self.drop_here, self._listed):
            self.stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.addWidget(self.heading)
        layout.addWidget(self.model_line)
        layout.addWidget(self.classes_line)
        layout.addWidget(self.notice)
        layout.addWidget(self.corrections.notice)
        layout.addWidget(self.stack, 1)

    def _connect(self) -> None:
        session, board = self._session, self.board
        session.model_changed.connect(self._on_session_model_changed)
        # The run of the model may have been renamed, or belong to another folder.
        session.runs_changed.connect(self._refresh)
        session.collection_changed.connect(self._refresh)
        board.grew.connect(self._on_board_grew)
        board.changed.connect(self._show_counts)
        # The photos may be those of the model in use by now.
        board.emptied.connect(self._on_session_model_changed)
        for begins_anew in (board.emptied, board.asked):
            begins_anew.connect(self._forget_told)
        board.taken_off.connect(self._on_board_taken_off)
        board.state_changed.connect(self._refresh)
        board.ended_empty.connect(self._on_board_ended_empty)
        self.notice.pressed.connect(self._name_again)
        self.view.selection_changed.connect(self.state_changed)
        self.view.grid.open_requested.connect(self.opener.open)
        self.view.grid.key_filter = self.deciding.press_in_grid
        self.deciding.full_view_requested.connect(self.opener.open)
        self.view.pane.class_chosen.connect(self.deciding.decide)
        self.view.pane.accept_requested.connect(self.deciding.accept)
        self.view.pane.look_alikes_requested.connect(self.view.show_look_alikes)
        self.view.pane.full_view_requested.connect(self.opener.open)
        self.deciding.told.connect(self._on_deciding_told)
        self.corrections.refused.connect(self.notice.say)
        self.photo_actions.file_manager.problem_raised.connect(self.problem_raised)

    def _predict_from(self, data: QMimeData) -> bool:
        """Name the photos or the image in `data`; return whether it holds any."""
        paths = dropped_paths(data)
        if paths:
            self.predict_paths(paths)
            return True
        image = image_of(data)
        if image is None:
            return False
        job = write_image(image, self)
        job.succeeded.connect(self._on_image_written)
        job.failed.connect(self.problem_raised)
        job.ended.connect(job.deleteLater)
        job.start()
        return True

    def _on_dropped(self, data: QMimeData, _position: QPoint) -> None:
        if not self._predict_from(data):
            self.notice.say(_NO_FILES)

    @Slot(object)
    def _on_hovered(self, position: QPoint | None) -> None:
        if self._is_dragged_over is not (position is not None):
            self._is_dragged_over = position is not None
            self.update()

    @Slot()
    def _refresh(self) -> None:
        """Show the part of the page that fits its state, and enable what can be done."""
        model, has_photos = self._session.model, self.has_predictions
        # From the beginning of the naming on, so that nothing moves when it ends; the chips name the classes.
        is_listed = has_photos or self.board.is_naming
        self.heading.setVisible(model is not None and not is_listed)
        self._show_model_line()
        self.classes_line.setVisible(model is not None and not is_listed)
        if model is not None:
            self.model_line.set_text(model_in_words(model, is_foreign=self._session.is_model_foreign))
            self.classes_line.set_text(classes_in_words(model))
        if is_listed:
            self.stack.setCurrentWidget(self._listed)
        else:
            self.stack.setCurrentWidget(self.drop_here if model is not None else self.no_model)
        self.save_action.refresh()
        self.clear_button.setEnabled(has_photos and not self.board.is_naming)
        self._show_counts()
        self.state_changed.emit()

    def _show_model_line(self) -> None:
        # Where there is little room for photos, the line at the top of the window says it alone.
        is_room = not self.has_predictions or not is_in_low_window(self)
        self.model_line.setVisible(self._session.model is not None and is_room)

    @Slot()
    def _show_counts(self) -> None:
        counts = counts_in_words(self.board.photos, self.board.waiting_count)
        self.summary.set_text(self._told or counts)

    @Slot()
    def _forget_told(self) -> None:
        self._told = ""
        self._show_counts()

    @Slot(object)
    def _on_board_grew(self, _rows: object) -> None:
        if self.stack.currentWidget() is not self._listed or not self.save_button.isEnabled():
            self._refresh()
        self._show_counts()

    @Slot(object)
    def _on_board_taken_off(self, paths: tuple[str, ...]) -> None:
        number = len(paths)
        verb, whose = ("is", "the file stays") if number == 1 else ("are", "the files stay")
        self._told = f"{count('photo', number)} {verb} off this page; {whose}. {UNDO_KEY} takes it back."
        self._refresh()

    @Slot()
    def _on_board_ended_empty(self) -> None:
        self.notice.say(_NO_PHOTOS)

    @Slot(str)
    def _on_deciding_told(self, sentence: str) -> None:
        self._told = sentence
        self._show_counts()

    @Slot(object)
    def _on_image_written(self, path: Path) -> None:
        self.predict_paths([path])

    @Slot()
    def _on_session_model_changed(self) -> None:
        if self.board.is_of_other_model:
            self.notice.say(_OTHER_MODEL, "Name them again" if self._session.model is not None else "")
        elif self.notice.text.text() == _OTHER_MODEL:
            # The model that named them is in use again.
            self.notice.say("")
        self._refresh()

    @Slot()
    def _name_again(self) -> None:
        """Name the photos again, with the open model."""
        problem = self.board.problem()
        self.notice.say(problem)
        if not problem:
            self.board.name_again()


def _is_taken(data: QMimeData) -> bool:
    return (data.hasUrls() or data.hasImage()) and not is_model_file(data)


def _button(text: str, pressed: object, help_text: str = "") -> QPushButton:
    button = QPushButton(text)
    set_tip(button, help_text)
    button.clicked.connect(pressed)
    return button
