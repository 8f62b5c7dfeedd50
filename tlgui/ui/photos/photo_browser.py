"""The photos of a class or a finding: filters, explanation, grid, and what can be done with the selection."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.photos.health.findings import (
    ConfirmClass,
    Finding,
    FindingKind,
    LeaveOut,
    Mending,
    MoveInto,
    MoveToBin,
    Together,
    UseAgain,
)
from tlgui.text.numbers import count
from tlgui.ui.grid.photo_grid import PhotoGrid
from tlgui.ui.grid.photo_list import ListedPhotos
from tlgui.ui.photos.arranger import Arranger
from tlgui.ui.photos.finding_bar import FindingBar
from tlgui.ui.photos.mend_question import ask_to_move_files
from tlgui.ui.photos.photo_describer import CellTexts, PhotoDescriber
from tlgui.ui.photos.photo_filters import FilterBar
from tlgui.ui.photos.photo_items import Album, PhotoItem, PhotoOrder
from tlgui.ui.photos.photo_mover import PhotoMover
from tlgui.ui.photos.photo_opener import PhotoOpener
from tlgui.ui.photos.photo_words import line_about, line_about_many
from tlgui.ui.photos.selection_bar import SelectionBar
from tlgui.ui.photos.shown_photos_bar import ShownPhotosBar
from tlgui.ui.session.photo_selection import PhotoSelection
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.file_manager import FileManager
from tlgui.ui.widgets.plain_text import set_spoken_details

_WAIT_MS = 300


class PhotoBrowser(QWidget):
    """Shows an album, and requests mendings of it.

    Signals:
        mend_requested: A mending that the user has confirmed.
        undo_requested: The last mending is to be undone.
        state_changed: The selection or the state of the buttons has changed.

    Args:
        parent: The owner.
    """

    mend_requested = Signal(object)
    undo_requested = Signal()
    state_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._album: Album | None = None
        self._class_names: frozenset[str] = frozenset()
        self._kind: FindingKind | None = None
        self._is_free = False
        self._starts_anew = True
        self._known_uses: tuple[list[PhotoItem], bool, bool] = ([], False, False)
        self._selection: PhotoSelection | None = None
        self.finding_bar = FindingBar()
        self.shown_bar = ShownPhotosBar()
        self.filters = FilterBar()
        self.grid: PhotoGrid[PhotoItem] = PhotoGrid()
        self.mover = PhotoMover(self)
        self.opener = PhotoOpener(self.grid, self.mover, self)
        self.file_manager = FileManager(self)
        self.nothing = QuietLabel(parent=self.grid)
        self._arranger = Arranger(self)
        self._arranger.arranged.connect(self._on_arranged)
        # A short wait needs no message.
        self._wait = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._wait.timeout.connect(self._on_wait_timeout)
        self._lay_out()
        # Made last, so that Tab goes from the grid to it.
        self.selection_bar = SelectionBar(self.grid, self)
        self.about, self.buttons = self.selection_bar.about, self.selection_bar.buttons
        self._connect()
        self._refresh()

    # What is shown.

    def show_album(self, album: Album, *, is_free: bool) -> None:
        """Show an album in the present scope.

        Args:
            album: The photos and what is known about them.
            is_free: Whether they can be mended now, because no job is under way.
        """
        self._album, self._is_free = album, is_free
        self.mover.show_collection(album.collection)
        self.opener.show_album(album)
        self.opener.set_free(is_free=is_free)
        self.filters.show_choices(album.collection.class_names, album.report.findings)
        self._show_finding()
        self._show_selection()
        self._arrange()

    def show_scope(
        self, class_names: frozenset[str], kind: FindingKind | None, selection: PhotoSelection | None = None
    ) -> None:
        """Set the scope to classes, empty for all, to a finding, or to photos; a new scope is shown from its start."""
        if (class_names, kind) == (self._class_names, self._kind) and selection is self._selection:
            return
        self._class_names, self._kind, self._selection = class_names, kind, selection
        self.filters.show_scope(class_names, kind, selection)
        self._show_selection()
        self._starts_anew = True
        self._show_finding()
        self._arrange()

    def set_free(self, is_free: object) -> None:
        """Set whether the photos can be mended now, because no job is under way."""
        self._is_free = bool(is_free)
        self.opener.set_free(is_free=self._is_free)
        self._refresh()

    def forget(self) -> None:
        """Drop the thumbnails, for another collection."""
        self.grid.forget_thumbnails()

    # Actions on the selection.

    def selected(self) -> list[PhotoItem]:
        """Return the selected photos."""
        return self.grid.selected()

    def can_leave_out(self) -> bool:
        """Whether a photo is selected that is used."""
        return self._is_free and self._uses()[0]

    def can_use_again(self) -> bool:
        """Whether a photo is selected that was left out."""
        return self._is_free and self._uses()[1]

    def can_move(self) -> bool:
        """Whether photos are selected that can be moved: to a class folder, or to a new one without any."""
        has_folders = self._album is not None and not self._album.collection.layout.is_labelled
        return self._is_free and has_folders and self.has_selection()

    def can_bin(self) -> bool:
        """Whether photos are selected that can be moved to the bin."""
        return self._is_free and self.has_selection()

    def can_confirm(self) -> bool:
        """Whether a photo is selected that a model called another class, and about which the user did not decide."""
        return self._is_free and any(item.can_be_confirmed for item in self.selected())

    def has_selection(self) -> bool:
        """Whether photos are selected."""
        return self.grid.selectionModel().hasSelection()

    def has_current(self) -> bool:
        """Whether there is a current photo."""
        return self.grid.current() is not None

    def leave_out(self) -> None:
        """Leave the selected photos out."""
        paths = tuple(item.path for item in self.selected() if item.is_usable and not item.is_left_out)
        if paths and self._is_free:
            self.mend_requested.emit(LeaveOut(paths))

    def use_again(self) -> None:
        """Use the selected photos again."""
        paths = tuple(item.path for item in self.selected() if item.is_left_out)
        if paths and self._is_free:
            self.mend_requested.emit(UseAgain(paths))

    def confirm(self) -> None:
        """Remember that the class of the selected photos is right."""
        paths = tuple(item.path for item in self.selected() if item.can_be_confirmed)
        if paths and self._is_free:
            self.mend_requested.emit(ConfirmClass(paths))

    def move_to_class(self) -> None:
        """Ask for a class, and request to move the selected photos there."""
        self.mover.ask(self.selected())

    def move_dragged(self, name: str) -> None:
        """Request to move the photos that are dragged from the grid to a class."""
        self.mover.move(self.grid.drag.items, name)

    def move_to_bin(self) -> None:
        """Ask, and request to move the selected files to the system's bin."""
        paths = tuple(item.path for item in self.selected())
        if paths:
            self._ask_and_mend(MoveToBin(paths))

    def open_photo(self) -> None:
        """Open the current photo in a separate window."""
        self.opener.open()

    def reveal(self) -> None:
        """Show the current photo in the system's file manager."""
        item = self.grid.current()
        if item is not None:
            self.file_manager.reveal(item.path)

    def copy_list(self) -> None:
        """Copy the paths of the selected files, or of all shown if none is selected, to the clipboard."""
        items = self.selected() or list(self.grid.photos.items)
        QGuiApplication.clipboard().setText("\n".join(str(item.path) for item in items))

    def select_all(self) -> None:
        """Select all photos shown."""
        self.grid.selectAll()
        self.grid.setFocus()

    @override
    def minimumSizeHint(self) -> QSize:
        # The height depends on the width, which QSplitter does not query.
        least = super().minimumSizeHint()
        column = self.layout()
        assert column is not None
        return QSize(least.width(), column.minimumHeightForWidth(max(least.width(), self.width())))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        # What comes and goes stands below what stays, so that nothing moves but the grid.
        column.addWidget(self.filters)
        column.addWidget(self.finding_bar)
        column.addWidget(self.shown_bar)
        column.addWidget(self.grid, 1)
        # Over the empty grid.
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self.grid).addWidget(self.nothing)
        self.nothing.hide()

    def _connect(self) -> None:
        self.mover.mend_requested.connect(self._on_mover_mend_requested)
        self.opener.mend_requested.connect(self.mend_requested)
        self.opener.undo_requested.connect(self.undo_requested)
        self.grid.drag.can_begin, self.grid.drag.can_move = self.can_move, self.mover.can_move
        self.finding_bar.pressed.connect(self._on_finding_bar_pressed)
        self.filters.changed.connect(self._on_filters_changed)
        self.filters.lines_changed.connect(self.grid.set_lines)
        self.grid.size_changed.connect(self.filters.size_slider.setValue)
        self.grid.selection_changed.connect(self._refresh)
        self.grid.selectionModel().currentChanged.connect(self._refresh)
        self.grid.open_requested.connect(self.open_photo)
        does: dict[str, Callable[[], None]] = {
            "confirm": self.confirm,
            "leave_out": self.leave_out,
            "use_again": self.use_again,
            "move": self.move_to_class,
            "bin": self.move_to_bin,
            "open": self.open_photo,
            "reveal": self.reveal,
        }
        for name, button in self.buttons.items():
            button.clicked.connect(does[name])

    def _uses(self) -> tuple[bool, bool]:
        """Return whether used photos, and whether photos left out, are among the selected ones."""
        chosen = self.selected()
        # Cached, because 100,000 photos may be selected and several buttons need it.
        if self._known_uses[0] is not chosen:
            has_used = any(item.is_usable and not item.is_left_out for item in chosen)
            self._known_uses = chosen, has_used, any(item.is_left_out for item in chosen)
        return self._known_uses[1:]

    def _finding(self) -> Finding | None:
        return self._album.finding(self._kind) if self._album is not None and self._kind is not None else None

    def _show_finding(self) -> None:
        self.finding_bar.show_finding(self._finding())
        self.finding_bar.button.setEnabled(self._is_free)

    def _ask_and_mend(self, mending: Mending) -> None:
        """Request a mending; one that moves files is confirmed first."""
        if not self._is_free:
            return
        if not isinstance(mending, MoveInto | MoveToBin):
            self.mend_requested.emit(mending)
            return
        ask_to_move_files(mending, self.window(), lambda: self.mend_requested.emit(mending))

    def _show_selection(self) -> None:
        gone = 0
        if self._selection is not None and self._album is not None:
            there = {photo.path for photo in self._album.collection.photos()}
            gone = sum(path not in there for path in self._selection.paths)
        self.shown_bar.show_selection(self._selection, gone)

    def _arrange(self) -> None:
        if self._album is not None:
            self._wait.start()
            self._arranger.arrange(self._album, self.filters.query())

    def _show_empty_text(self) -> None:
        is_empty = not len(self.grid.photos.items)
        if self.filters.is_filtering:
            words = "No photo is like that. Change the filter to see others."
        elif self._selection is not None:
            words = "There is nothing left to look at here."
        elif self._kind is not None:
            words = "There are no files to show: it is about folders." if self._finding() else "This is fixed."
        else:
            words = "There are no photos here."
        self.nothing.setText(words)
        self.nothing.setVisible(is_empty)
        set_spoken_details(self.grid, words if is_empty else "")

    def _cell_texts(self) -> CellTexts:
        finding, query = self._finding(), self.filters.query()
        is_together = query.order is PhotoOrder.TOGETHER
        has_groups = finding is not None and any(len(group) > 1 for group in finding.groups)
        has_notes = self._selection is not None or query.finding is FindingKind.OTHER_CLASS
        return CellTexts(is_together and has_groups, has_notes or len(self._class_names) != 1, has_notes)

    @Slot(object)
    def _on_arranged(self, items: list[PhotoItem]) -> None:
        self._wait.stop()
        if self._album is None:
            return
        starts_anew, self._starts_anew = self._starts_anew, False
        if starts_anew:
            self.grid.show_from_start()
        self.describer = PhotoDescriber(self._album.collection.folder, self._cell_texts())
        self.grid.show_items(ListedPhotos(items), self.describer)
        if starts_anew and self._selection is not None and self._selection.current is not None:
            self.grid.choose({str(self._selection.current)})
        self._show_empty_text()
        self.opener.refresh()
        self._refresh()

    @Slot(object)
    def _on_mover_mend_requested(self, mending: MoveInto) -> None:
        if not self._is_free:
            return
        # A photo that a model called something else is answered by its move, too.
        moved = {path for path, _ in mending.moves}
        answered = tuple(item.path for item in self.grid.photos.items if item.path in moved and item.can_be_confirmed)
        self.mend_requested.emit(Together((ConfirmClass(answered), mending), "") if answered else mending)

    @Slot()
    def _on_wait_timeout(self) -> None:
        self.filters.show_count("Looking through the photos…")

    @Slot()
    def _on_filters_changed(self) -> None:
        self._starts_anew = True
        self._arrange()

    @Slot()
    def _on_finding_bar_pressed(self) -> None:
        finding = self._finding()
        if finding is not None and finding.mending is not None:
            self._ask_and_mend(finding.mending)

    @Slot()
    def _refresh(self) -> None:
        chosen, total = self.selected(), len(self.grid.photos.items)
        self.filters.show_count(count("photo", total))
        if chosen:
            about = line_about(chosen[0]) if len(chosen) == 1 else line_about_many(chosen, total)
            can = {
                "confirm": self.can_confirm(),
                "leave_out": self.can_leave_out(),
                "use_again": self.can_use_again(),
                "move": self.can_move(),
                "bin": self.can_bin(),
                "open": self.has_current(),
                "reveal": self.has_current(),
            }
            has_used, has_left_out = self._uses()
            hidden = {
                "confirm": not any(item.can_be_confirmed for item in chosen),
                "use_again": not has_left_out,
                "leave_out": has_left_out and not has_used,
            }
            self.selection_bar.show_selection(about, can, frozenset(name for name in hidden if hidden[name]))
        else:
            self.selection_bar.hide_selection()
        self.finding_bar.button.setEnabled(self._is_free)
        self.state_changed.emit()
