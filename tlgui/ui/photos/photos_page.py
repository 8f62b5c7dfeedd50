"""The Photos page: choose a folder, review and mend its photos, and see how they are divided."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget
from typing_extensions import override

from tlgui.errors import CollectionError, TlguiError
from tlgui.photos.collection import Collection, Part, Split
from tlgui.photos.health.findings import Mending
from tlgui.photos.layouts import LayoutChoice
from tlgui.ui.photos.collection_view import CollectionView
from tlgui.ui.photos.no_photos import NoPhotos
from tlgui.ui.photos.photo_items import Album
from tlgui.ui.session.photo_selection import PhotoSelection
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import RECENT_FOLDERS, RECENT_MODELS, Settings
from tlgui.ui.widgets.file_dialogs import ask_folder

# Reads only names and times of files, so it is cheap.
_CHECK_EVERY_MS = 60_000
_FEW = 3000
_DIVIDING = "Dividing the photos into training, validation and test…"


class PhotosPage(QWidget):
    """Shows the session's collection, or the start page while none is open.

    Args:
        session: The state of the window.
        settings: Holds the folders opened before.
        parent: The owner.
    """

    choose_requested = Signal()
    samples_requested = Signal()
    folder_requested = Signal(object)
    model_requested = Signal(object)
    next_requested = Signal()
    back_requested = Signal()
    state_changed = Signal()
    problem_raised = Signal(TlguiError)

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._shown_folder: Path | None = None
        # While a folder is read, its listing is shown instead of the open collection.
        self._is_listing = False
        self._is_stale = False
        self._browsed: Collection | None = None
        self._has_own = False
        self.empty = NoPhotos()
        self.view = CollectionView()
        self.browser = self.view.browser
        self.browser.opener.explanations = session.explanations
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        self._clock = QTimer(self, interval=_CHECK_EVERY_MS)
        self._clock.timeout.connect(self.check_disk)
        self._back = QShortcut(QKeySequence(QKeySequence.StandardKey.Back), self)
        self._back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._connect_widgets()
        self._connect_session()
        self._show_recent()

    def show_photos(self, selection: PhotoSelection) -> None:
        """Show the photos that another page asks for, with the focus on them."""
        if self._session.collection is None:
            return
        self.view.show_photos(selection)
        self.browser.grid.setFocus()

    def mend(self, mending: Mending) -> None:
        """Mend the collection, unless a job is under way."""
        if self._session.collection is not None and not self._session.is_busy:
            self._session.review.mend(mending)

    def can_rename_class(self) -> bool:
        """Whether one class is chosen and can be renamed now."""
        return not self._session.is_busy and self.view.table.only_class() is not None

    def can_read_again(self) -> bool:
        """Whether the folder can be read again now."""
        return not self._session.is_busy and self._session.collection is not None

    def read_again(self) -> None:
        """Read the folder again."""
        if self._session.collection is not None:
            self.folder_requested.emit(self._session.collection.folder)

    @Slot()
    def check_disk(self) -> None:
        """Compare the folder with the collection in the background."""
        if self.isVisible() and self._session.collection is not None and not self._session.is_busy:
            self._session.review.check_disk()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._clock.start()
        self._refresh_album()
        self.check_disk()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.view.selection is not None:
            self._go_back()
            event.accept()
            return
        super().keyPressEvent(event)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def _connect_widgets(self) -> None:
        view = self.view
        self.empty.choose_button.clicked.connect(self.choose_requested)
        self.empty.samples_button.clicked.connect(self.samples_requested)
        self.empty.recent_chosen.connect(self.folder_requested)
        self.empty.model_chosen.connect(self.model_requested)
        view.header.choose_action.triggered.connect(self.choose_requested)
        view.header.refresh_action.triggered.connect(self.read_again)
        view.notice.pressed.connect(self.read_again)
        view.next_button.clicked.connect(self.next_requested)
        view.own_split_chosen.connect(self._on_view_own_split_chosen)
        view.layout_offer.chosen.connect(self._on_layout_offer_chosen)
        view.layout_offer.copy_requested.connect(self._on_layout_offer_copy_requested)
        view.table.rename_requested.connect(self._on_table_rename_requested)
        view.table.files_dropped.connect(self._on_table_files_dropped)
        view.table.chosen.connect(self.state_changed)
        view.browser.mend_requested.connect(self.mend)
        view.browser.undo_requested.connect(self._on_browser_undo_requested)
        view.browser.shown_bar.back_requested.connect(self._go_back)
        self._back.activated.connect(self._go_back)
        view.browser.state_changed.connect(self.state_changed)
        view.browser.file_manager.problem_raised.connect(self.problem_raised)

    def _connect_session(self) -> None:
        session = self._session
        session.collection_changed.connect(self._on_session_collection_changed)
        session.recipe_changed.connect(self._on_split_changed)
        session.known_split.known.connect(self._on_split_changed)
        session.job_started.connect(self._on_session_job_changed)
        session.job_ended.connect(self._on_session_job_ended)
        session.review.changed.connect(self._on_review_changed)
        session.judged_photos.changed.connect(self._on_review_changed)
        session.review.look_progressed.connect(self._on_review_look_progressed)
        session.review.collection_listed.connect(self._on_review_collection_listed)

    @Slot()
    def _on_session_collection_changed(self) -> None:
        collection = self._session.collection
        if collection is not None:
            self._has_own = collection.has_own_split
            self._show(collection, self._session.advice())
            self._is_stale = True
            self._refresh_album()

    @Slot()
    def _on_split_changed(self) -> None:
        self._is_stale = True
        self._refresh_album()

    @Slot()
    def _on_review_changed(self) -> None:
        self.view.show_disk_changes(self._session.review.disk_changes)
        self._is_stale = True
        self._refresh_album()

    @Slot()
    def _on_review_look_progressed(self) -> None:
        if not self._is_stale and not self._is_listing:
            self.view.show_look_share(self._look_share())

    @Slot(Collection)
    def _on_review_collection_listed(self, collection: Collection) -> None:
        """Show the names listed so far while the photos are still being read."""
        if self._session.collection is not None and self._session.collection.folder == collection.folder:
            # Read again: what is shown stays until its successor is there.
            self.view.show_listing(collection)
            return
        self._show(collection, (), is_reading=True)
        self._show_album(Album(collection, {}), "Each photo is being looked at.")

    @Slot()
    def _on_session_job_changed(self) -> None:
        is_idle = not self._session.is_busy
        self.empty.setEnabled(is_idle)
        self._show_recent()
        self.view.set_free(is_idle)

    @Slot()
    def _on_session_job_ended(self) -> None:
        self._on_session_job_changed()
        if not self._is_listing:
            if self._session.collection is not None:
                self.view.show_collection(self._session.collection, self._session.advice())
            return
        # Reading failed or was stopped: the collection that is still open is shown again.
        self._is_listing = False
        if self._session.collection is not None:
            self._on_session_collection_changed()
        else:
            self._shown_folder = None
            self._stack.setCurrentWidget(self.empty)

    @Slot(bool)
    def _on_view_own_split_chosen(self, uses_own: bool) -> None:  # noqa: FBT001 - the signal's signature
        recipe = self._session.recipe
        self._session.set_recipe(replace(recipe, split=replace(recipe.split, use_own=uses_own)))

    @Slot(object)
    def _on_layout_offer_chosen(self, choice: object) -> None:
        assert isinstance(choice, LayoutChoice)
        if not self._session.is_busy:
            self._session.read_as(choice)

    @Slot()
    def _on_layout_offer_copy_requested(self) -> None:
        collection = self._session.collection
        if collection is not None and not self._session.is_busy:
            start = str(collection.folder.parent)
            ask_folder(self.window(), "Choose a new or empty folder for the copies", start, self._copy_into)

    def _copy_into(self, folder: Path) -> None:
        if self._session.collection is not None and not self._session.is_busy:
            self._session.review.copy_into_classes(folder)

    @Slot(str, str)
    def _on_table_rename_requested(self, name: str, shown: str) -> None:
        if not self._session.is_busy:
            self._session.review.show_class_as(name, shown)

    @Slot()
    def _go_back(self) -> None:
        """Go back to the page that asked for photos; afterwards all photos are shown here."""
        if self.view.selection is not None:
            self.back_requested.emit()
            self.view.show_everything()

    @Slot()
    def _on_browser_undo_requested(self) -> None:
        if not self._session.is_busy and self._session.review.next_undo is not None:
            self._session.review.undo()

    @Slot(str, object)
    def _on_table_files_dropped(self, name: str, paths: tuple[Path, ...]) -> None:
        if self._session.is_busy:
            self.problem_raised.emit(
                TlguiError("Something is still under way.", "Wait until it has ended, or stop it.")
            )
        else:
            self._session.review.add_photos(name, paths)

    def _show(self, collection: Collection, advice: tuple[str, ...], *, is_reading: bool = False) -> None:
        is_other = self._shown_folder != collection.folder
        self._shown_folder, self._is_listing = collection.folder, is_reading
        self.view.show_collection(collection, advice, is_reading=is_reading)
        self._stack.setCurrentWidget(self.view)
        if is_other:
            self.view.show_everything()
            self.browser.forget()
            self.view.table.forget_thumbnails()

    def _refresh_album(self) -> None:
        """Update the album if it is out of date and the page is visible; dividing many photos takes time."""
        collection = self._session.collection
        if collection is None or not self._is_stale or not self.isVisible() or self._is_listing:
            return
        self._is_stale = False
        review = self._session.review
        try:
            split, problem = self._session.split(), ""
        except CollectionError as error:
            split, problem = None, f"{error.message} {error.hint}"
        is_dividing = self._session.known_split.is_dividing
        words = _DIVIDING if is_dividing else problem or self._explain(split)
        confirmed = self._session.judged_photos.confirmed
        album = Album(collection, review.facts, review.report, split, review.doubts, confirmed)
        self._show_album(album, words, is_dividing=is_dividing)

    def _show_album(self, album: Album, words: str, *, is_dividing: bool = False) -> None:
        is_free = not self._session.is_busy
        self.view.show_report(album.report, self._look_share())
        uses_own = self._session.recipe.split.use_own
        self.view.show_split(album, words, has_own=self._has_own and not self._is_listing, uses_own=uses_own)
        # While the split is computed, photos that are shown already keep their parts.
        if (is_dividing and album.collection is self._browsed) or self._shows_enough(album.collection):
            return
        self._browsed = album.collection
        self.browser.show_album(album, is_free=is_free)

    def _show_recent(self) -> None:
        if self._session.collection is None and not self._session.is_busy:
            self.empty.show_recent(self._settings.value(RECENT_FOLDERS), self._settings.value(RECENT_MODELS))

    def _look_share(self) -> float | None:
        review = self._session.review
        return review.look_share if review.is_looking else None

    def _shows_enough(self, collection: Collection) -> bool:
        """Return whether enough photos of a folder that is still being listed are shown.

        Sorting many photos again with each listing would delay the listing itself.
        """
        is_shown = self._browsed is not None and self._browsed.folder == collection.folder
        return self._is_listing and is_shown and collection.photo_count > _FEW

    def _explain(self, split: Split | None) -> str:
        shares = self._session.recipe.split
        collection = self._session.collection
        if split is None or collection is None:
            return ""
        kept = f"{shares.validation * 100:.0f} % of each class is kept apart to check the training"
        if not (shares.use_own and self._has_own):
            return f"{kept}. You can change this on the Train page."
        if collection.has_photos_in(Part.VALIDATION):
            return "The folder's own division into training, validation and test photos is used."
        return f"The folder's own division is used; it has no validation photos, so {kept}."
