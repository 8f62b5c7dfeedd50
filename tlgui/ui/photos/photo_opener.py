"""Opens the current photo of the grid in a window of its own, and passes on what is asked for there."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from tlgui.photos.health.findings import ConfirmClass, LeaveOut, Mending, UseAgain
from tlgui.ui.grid.photo_grid import PhotoGrid
from tlgui.ui.photos.class_keys import MOST_KEYS
from tlgui.ui.photos.photo_items import Album, PhotoItem
from tlgui.ui.photos.photo_mover import PhotoMover
from tlgui.ui.photos.photo_view import PhotoView
from tlgui.ui.session.explanations import Explanations


class PhotoOpener(QObject):
    """Owns the window, which is made when it is first needed.

    Signals:
        mend_requested: A mending of the photo that is shown.
        undo_requested: The last mending is to be undone.

    Attributes:
        view: The window; None until it is needed.
        explanations: Show where the model in use looks, set by the page; without them no model can be asked.

    Args:
        grid: The photos.
        mover: Moves the photo that is shown to another class.
        parent: The owner, whose window is the parent of the new one.
    """

    mend_requested = Signal(object)
    undo_requested = Signal()

    def __init__(self, grid: PhotoGrid[PhotoItem], mover: PhotoMover, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = grid
        self._mover = mover
        self._widget = parent
        self.view: PhotoView | None = None
        self.explanations: Explanations | None = None
        self._classes: tuple[str, ...] = ()
        self._is_free = False

    def show_album(self, album: Album) -> None:
        """Offer the classes of an album; none where they have no folders."""
        self._classes = () if album.collection.layout.is_labelled else album.collection.class_names[:MOST_KEYS]
        if self.view is not None:
            self.view.show_classes(self._classes)

    def set_free(self, *, is_free: bool) -> None:
        """Set whether photos can be mended now, because no job is under way."""
        self._is_free = is_free

    def open(self) -> None:
        """Open the current photo."""
        if self._grid.current() is None:
            return
        if self.view is None:
            self.view = PhotoView(self.explanations, self._widget.window())
            self.view.step_requested.connect(self._on_view_step_requested)
            self.view.leave_out_requested.connect(self._on_view_leave_out_requested)
            self.view.use_again_requested.connect(self._on_view_use_again_requested)
            self.view.confirm_requested.connect(self._on_view_confirm_requested)
            self.view.class_chosen.connect(self._on_view_class_chosen)
            self.view.undo_requested.connect(self.undo_requested)
            self.view.show_classes(self._classes)
        self._fill()
        self.view.show()
        self.view.activateWindow()

    def refresh(self) -> None:
        """Show the current photo as it is now, if the window is open."""
        if self.view is not None and self.view.isVisible():
            self._fill()

    def _fill(self) -> None:
        item = self._grid.current()
        if self.view is None or item is None:
            return
        place, total = self._grid.currentIndex().row(), len(self._grid.photos.items)
        named = item.note.named if item.note is not None and item.can_be_confirmed and self._classes else ""
        goal = named if self._mover.can_move([item], named) else ""
        self.view.show_item(item, place, total, can_mend=self._is_free, goal=goal)

    def _mend(self, mending: Mending) -> None:
        if self._is_free:
            self.mend_requested.emit(mending)

    @Slot(int)
    def _on_view_step_requested(self, step: int) -> None:
        last = len(self._grid.photos.items) - 1
        row = max(0, min(self._grid.currentIndex().row() + step, last))
        if last >= 0 and row != self._grid.currentIndex().row():
            self._grid.setCurrentIndex(self._grid.photos.index(row))
            self._fill()

    @Slot()
    def _on_view_leave_out_requested(self) -> None:
        item = self._grid.current()
        if item is not None and item.is_usable and not item.is_left_out:
            self._mend(LeaveOut((item.path,)))

    @Slot()
    def _on_view_use_again_requested(self) -> None:
        item = self._grid.current()
        if item is not None and item.is_left_out:
            self._mend(UseAgain((item.path,)))

    @Slot()
    def _on_view_confirm_requested(self) -> None:
        item = self._grid.current()
        if item is not None and item.can_be_confirmed:
            self._mend(ConfirmClass((item.path,)))

    @Slot(str)
    def _on_view_class_chosen(self, name: str) -> None:
        item = self._grid.current()
        if item is not None:
            self._mover.move([item], name)
