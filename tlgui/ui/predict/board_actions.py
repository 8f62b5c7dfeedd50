"""What can be done with photos of the board, in the Predict menu and in the context menu of the grid."""

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu, QWidget

from tlgui.ui.board.board import Board
from tlgui.ui.predict.board_view import BoardView
from tlgui.ui.predict.deciding import Deciding
from tlgui.ui.predict.full_view_opener import FullViewOpener
from tlgui.ui.predict.photo_clipboard import PhotoClipboard
from tlgui.ui.widgets.action import Action, offer_in_list
from tlgui.ui.widgets.file_manager import FileManager


class BoardActions:
    """The actions.

    Attributes:
        deciding: Accept, name as a class.
        looking: Show large, show look-alikes, show in the folder.
        taking: Copy, copy the path, take off the board.
        file_manager: Shows photos in their folders.
        clipboard: Copies photos.

    Args:
        board: The photos.
        view: Shows them.
        decides: Decides about them.
        opener: Shows the current photo large.
        parent: The owner.
    """

    def __init__(
        self, board: Board, view: BoardView, decides: Deciding, opener: FullViewOpener, parent: QWidget
    ) -> None:
        self._board = board
        self._view = view
        self._decides = decides
        self._opener = opener
        self.file_manager = FileManager(parent)
        self.clipboard = PhotoClipboard(parent)
        self.classes = QMenu("&It is…", parent)
        self.classes.aboutToShow.connect(self._fill_classes)
        self.deciding = self._deciding_actions(parent)
        self.looking = self._looking_actions(parent)
        self.taking = self._taking_actions(parent)
        accept, name_as = self.deciding
        offer_in_list(view.grid, (accept,))
        view.grid.addAction(self.classes.menuAction())
        offer_in_list(view.grid, self.looking)
        offer_in_list(view.grid, self.taking)
        # The keys of this one open the menu wherever the focus is on the page.
        name_as.setShortcut("Ctrl+I")

    def refresh(self) -> None:
        """Enable what can be done now."""
        for action in (*self.deciding, *self.looking, *self.taking):
            action.refresh()
        self.classes.menuAction().setEnabled(self._can_decide())

    def _paths(self) -> list[Path]:
        paths = self._board.photos.paths
        return [Path(paths[row]) for row in self._view.selected().tolist()]

    def _has_selection(self) -> bool:
        return self._view.isVisible() and self._view.has_selection

    def _can_decide(self) -> bool:
        return self._view.isVisible() and self._decides.can_decide()

    def _has_current(self) -> bool:
        return self._view.isVisible() and self._view.current() is not None

    def _can_show_look_alikes(self) -> bool:
        row = self._view.current()
        return self._view.isVisible() and row is not None and self._view.has_look(row)

    def _deciding_actions(self, parent: QWidget) -> tuple[Action, Action]:
        return (
            Action(
                parent,
                name="accept-answer",
                text="&Accept the answer",
                handler=self._decides.accept,
                enabled=self._can_decide,
                shortcut="Return",
                tip="The answers of the model are right for the selected photos",
            ),
            Action(
                parent,
                name="name-as",
                text="&It is…",
                handler=self._pop_up_classes,
                enabled=self._can_decide,
                tip="Say what the selected photos show",
            ),
        )

    def _looking_actions(self, parent: QWidget) -> tuple[Action, ...]:
        return (
            Action(
                parent,
                name="show-named-photo",
                text="Show &large",
                handler=self._opener.open,
                enabled=self._has_current,
                shortcut="Space",
            ),
            Action(
                parent,
                name="show-look-alikes",
                text="Show loo&k-alikes",
                handler=self._show_look_alikes,
                enabled=self._can_show_look_alikes,
                tip="Show the photos that look most like this one",
            ),
            Action(
                parent,
                name="show-named-photo-in-folder",
                text="Show in fol&der",
                handler=self._reveal,
                enabled=self._has_current,
            ),
        )

    def _taking_actions(self, parent: QWidget) -> tuple[Action, ...]:
        return (
            Action(
                parent,
                name="copy-photos",
                text="&Copy",
                handler=lambda: self.clipboard.copy(self._paths()),
                enabled=self._has_selection,
                shortcut="Ctrl+C",
                icon="copy",
                tip="Copy the selected photos for another program",
            ),
            Action(
                parent,
                name="copy-photo-paths",
                text="Copy pat&h",
                handler=lambda: self.clipboard.copy_paths(self._paths()),
                enabled=self._has_selection,
                shortcut="Ctrl+Shift+C",
            ),
            Action(
                parent,
                name="take-off-board",
                text="&Take off this page",
                handler=lambda: self._view.take_off(self._view.selected()),
                enabled=self._has_selection,
                shortcut="Del",
                tip="Do not show the selected photos here any more; the files stay",
            ),
        )

    def _pop_up_classes(self) -> None:
        grid = self._view.grid
        self.classes.popup(grid.viewport().mapToGlobal(grid.visualRect(grid.currentIndex()).center()))

    def _show_look_alikes(self) -> None:
        row = self._view.current()
        if row is not None:
            self._view.show_look_alikes(row)

    def _reveal(self) -> None:
        row = self._view.current()
        if row is not None:
            self.file_manager.reveal(Path(self._board.photos.paths[row]))

    @Slot()
    def _fill_classes(self) -> None:
        self._decides.fill_menu(self.classes)
