"""The window that shows one photo, fitted to its size or at actual size.

The arrow keys move to other photos, and the keys 1 to 9 move the photo to the class beside which they stand.
"""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from tlgui.photos.names import one_line
from tlgui.ui.photos.class_keys import ClassKeys
from tlgui.ui.photos.photo_items import PhotoItem
from tlgui.ui.photos.photo_words import line_about
from tlgui.ui.session.explanations import Explanations
from tlgui.ui.viewer.photo_canvas import NUMBER_KEYS, ZOOM_KEYS
from tlgui.ui.viewer.photo_dialog import PhotoDialog, dialog_button
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import set_spoken, set_tip, without_key

# The common limit of textures on graphics cards.
_MOST_PIXELS_A_SIDE = 16_384
_GOAL_LETTERS = 18
_FIRST_SIZE_IN_LETTERS = (130, 38)


class PhotoView(PhotoDialog):
    """Shows one photo at a time.

    Signals:
        leave_out_requested: The photo is to be left out.
        use_again_requested: The photo is to be used again.
        confirm_requested: The class of the photo is right.
        class_chosen: The photo is to be moved to a class.
        undo_requested: The last change is to be undone.

    Args:
        explanations: Asks the model in use where it looked; None where no model can be asked.
        parent: The window.
    """

    leave_out_requested = Signal()
    use_again_requested = Signal()
    confirm_requested = Signal()
    class_chosen = Signal(str)
    undo_requested = Signal()

    def __init__(self, explanations: Explanations | None = None, parent: QWidget | None = None) -> None:
        super().__init__(explanations, parent)
        self.scale_text = QuietLabel()
        self.classes = ClassKeys()
        self.size_button = dialog_button("&Actual size", "One pixel of the photo on one of the screen")
        self.size_button.setCheckable(True)
        self.leave_out_button = dialog_button("&Leave out", "Do not use this photo; the file stays as it is")
        self.use_again_button = dialog_button("&Use again", "")
        self.confirm_button = dialog_button(
            "Class is &right", "The class is right: you are not asked about this photo again"
        )
        self.move_button = dialog_button("", "")
        self._goal = ""
        self._item: PhotoItem | None = None
        self._fill()
        self.canvas.number_pressed.connect(self.classes.press)
        self.canvas.scaled.connect(self._on_canvas_scaled)
        self.classes.class_chosen.connect(self.class_chosen)
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.activated.connect(self.undo_requested)
        self.canvas.enlarged.connect(self._on_canvas_enlarged)
        self.size_button.toggled.connect(self._on_size_button_toggled)
        self.leave_out_button.clicked.connect(self.leave_out_requested)
        self.use_again_button.clicked.connect(self.use_again_requested)
        self.confirm_button.clicked.connect(self.confirm_requested)
        self.move_button.clicked.connect(self._on_move_button_clicked)

    def show_item(self, item: PhotoItem, place: int, total: int, *, can_mend: bool, goal: str = "") -> None:
        """Show a photo.

        Args:
            item: The photo.
            place: Its row in the grid, from 0.
            total: The number of photos in the grid.
            can_mend: Whether it can be left out or used again now.
            goal: The class that a model named, if the photo can be moved there; empty for none.
        """
        self.classes.show_photo(item.class_name, can_move=can_mend)
        self._show_place(item.path, place, total)
        self.about.setText(line_about(item))
        self.leave_out_button.setVisible(item.is_usable and not item.is_left_out)
        self.use_again_button.setVisible(item.is_left_out)
        self.confirm_button.setVisible(item.can_be_confirmed)
        self._show_goal(goal)
        for button in (self.leave_out_button, self.use_again_button, self.confirm_button, self.move_button):
            button.setEnabled(can_mend)
        if self._item is None or item.path != self._item.path:
            self.size_button.setChecked(False)
            self._load_fitted(item.path)
        self._item = item

    def show_classes(self, names: Sequence[str]) -> None:
        """Show the classes that the keys 1 to 9 move a photo to; none hides them."""
        self.classes.show_classes(names)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Of a button that has the focus, all but what it uses itself.
        if event.key() in NUMBER_KEYS or event.key() in ZOOM_KEYS:
            self.canvas.keyPressEvent(event)
            return
        super().keyPressEvent(event)

    def _fill(self) -> None:
        row = self._button_row(self.move_button, self.confirm_button, self.leave_out_button, self.use_again_button)
        row.insertWidget(2, self.size_button)
        beside = QHBoxLayout()
        beside.addWidget(self.canvas, 1)
        beside.addWidget(self.classes)
        self._lay_out(beside, [self.about, self.scale_text], row, _FIRST_SIZE_IN_LETTERS)

    def _show_goal(self, goal: str) -> None:
        self._goal = goal
        width = self.fontMetrics().averageCharWidth() * _GOAL_LETTERS
        shown = self.fontMetrics().elidedText(one_line(goal), Qt.TextElideMode.ElideMiddle, width)
        self.move_button.setText(f"&Move to “{without_key(shown)}”")
        set_tip(self.move_button, f"Move this photo to “{goal}”, as the model called it")
        set_spoken(self.move_button, f"Move to “{goal}”")
        self.move_button.setVisible(bool(goal))

    @Slot(bool)
    def _on_size_button_toggled(self, is_actual: bool) -> None:  # noqa: FBT001 - the signal's signature
        if is_actual:
            self.canvas.show_pixels()
            if self._item is not None:
                self._loader.load(self._item.path, _MOST_PIXELS_A_SIDE)
        else:
            self.canvas.fit()
        self.canvas.setFocus()

    @Slot()
    def _on_canvas_scaled(self) -> None:
        facts = self._item.facts if self._item is not None else None
        shown = self.canvas.shown_width()
        if facts is None or not facts.width or not shown:
            self.scale_text.setText("")
            return
        share = shown / facts.width
        how = "Enlarged" if share > 1.005 else "Made smaller" if share < 0.995 else "At its true size"
        size = f"{facts.width:,} by {facts.height:,} pixels"
        to = f" to {share * 100:,.0f} %" if how != "At its true size" else ""
        self.scale_text.setText(f"{how}{to}; it has {size}.")

    @Slot()
    def _on_canvas_enlarged(self) -> None:
        with QSignalBlocker(self.size_button):
            self.size_button.setChecked(True)

    @Slot()
    def _on_move_button_clicked(self) -> None:
        self.class_chosen.emit(self._goal)
