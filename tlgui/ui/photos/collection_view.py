"""The view of an open collection: its classes on the left, the photos of those chosen or of a problem on the right."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.photos.collection import Collection
from tlgui.photos.health.findings import Report
from tlgui.photos.scanning.watching import FolderChanges
from tlgui.text.numbers import count
from tlgui.ui.photos.class_table import ClassTable
from tlgui.ui.photos.collection_header import CollectionHeader
from tlgui.ui.photos.layout_offer import LayoutOffer
from tlgui.ui.photos.photo_browser import PhotoBrowser
from tlgui.ui.photos.photo_items import Album
from tlgui.ui.photos.split_bar import SplitBar
from tlgui.ui.session.photo_selection import PhotoSelection
from tlgui.ui.widgets.empty_page import card_heading
from tlgui.ui.widgets.notice_bar import NoticeBar
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.stable_height_label import StableHeightLabel
from tlgui.ui.widgets.tinted_bar import TintedBar, plain_label
from tlgui.ui.widgets.tokens import GRID, MARGIN, Accent
from tlgui.ui.widgets.wrapping_column import WrappingColumn

# The width of the classes, in letters and as the largest share of the page; and the least, in letters.
_WITHOUT_PARTS, _WITH_PARTS = (50, 0.36), (66, 0.5)
_LEAST_LETTERS = 22
_MANY_CLASSES = 12
_LONGEST_EXPLANATION = (
    "The folder's own division is used; it has no validation photos, so 20 % of each class is kept apart to check the "
    "training."
)


class CollectionView(WrappingColumn):
    """A header line, the classes on the left, and the photos on the right.

    Signals:
        own_split_chosen: Whether to use the folder's own division.

    Args:
        parent: The owner.
    """

    own_split_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = CollectionHeader()
        self.findings = self.header.badge.findings
        self.next_button = self.header.next_button
        self.advice = TintedBar(Accent.WARNING, "warning")
        self.advice.setAccessibleName("What keeps these photos from being trained on")
        self.advice_text = plain_label()
        self.advice.row.addWidget(self.advice_text, 1)
        self.layout_offer = LayoutOffer()
        self.notice = NoticeBar()
        self.split_bar = SplitBar()
        self.split_text = StableHeightLabel(_LONGEST_EXPLANATION)
        self.own_split = QCheckBox("Use the folder's o&wn division")
        set_tip(self.own_split, "Use the photos in its folders train, validation and test for just that")
        self.parts_button = QPushButton("P&arts")
        self.parts_button.setCheckable(True)
        set_tip(self.parts_button, "Show how the photos are divided into training, validation and test")
        set_spoken(self.parts_button, "Show the parts of the split")
        self.find_class = QLineEdit()
        self.find_class.setPlaceholderText("Find a class")
        set_spoken(self.find_class, "Show only classes whose name has this in it")
        self.find_class.setClearButtonEnabled(True)
        self.table = ClassTable()
        self.browser = PhotoBrowser()
        self._splitter = _Splitter(Qt.Orientation.Horizontal)
        self._selection: PhotoSelection | None = None
        self._is_shared = False
        self._has_own_shares = False
        self._is_reading = False
        self._is_free = True
        self._look_share: float | None = None
        self._lay_out()
        self.table.chosen.connect(self._on_table_chosen)
        self.table.accept_photos_from(self.browser.grid.drag)
        self.table.photos_dropped.connect(self.browser.move_dragged)
        self.findings.chosen.connect(self._on_findings_chosen)
        self.browser.finding_bar.closed.connect(self.show_everything)
        self.browser.shown_bar.closed.connect(self.show_everything)
        self.find_class.textChanged.connect(self.table.show_only)
        self.parts_button.toggled.connect(self._split_part.setVisible)
        self.parts_button.toggled.connect(self.table.show_parts)
        self.parts_button.toggled.connect(self._share_width)
        self.own_split.clicked.connect(self.own_split_chosen)

    def show_collection(self, collection: Collection, advice: tuple[str, ...], *, is_reading: bool = False) -> None:
        """Show the header, and what keeps the collection from being trained on.

        Args:
            collection: The collection.
            advice: The reasons why it cannot be trained on, a sentence each.
            is_reading: Whether the folder is still being listed.
        """
        self._is_reading = is_reading
        self.header.show_collection(collection, is_reading=is_reading)
        self.advice_text.setText("\n".join(advice))
        self.advice.setVisible(bool(advice))
        self.next_button.setEnabled(not advice and not is_reading)
        self.find_class.setVisible(len(collection.classes) > _MANY_CLASSES)
        if is_reading:
            self.layout_offer.show_nothing()
        else:
            self.layout_offer.show_collection(collection)

    def show_listing(self, collection: Collection) -> None:
        """Show how many photos were listed so far while the folder is read again; all else stays."""
        self.header.show_collection(collection, is_reading=True)

    def show_report(self, report: Report, look_share: float | None) -> None:
        """Show the findings, and whether more may be found yet.

        Args:
            report: The report.
            look_share: How far the closer look has got, 0 to 1; None while none is under way.
        """
        self.header.badge.show_report(report)
        self.show_look_share(look_share)

    def show_look_share(self, share: float | None) -> None:
        """Show how far the closer look has got, 0 to 1; None while none is under way."""
        self._look_share = share
        self.header.badge.show_state(share, is_reading=self._is_reading, is_free=self._is_free)

    def show_split(self, album: Album, explanation: str, *, has_own: bool, uses_own: bool) -> None:
        """Show the classes with their counts, and the split as a bar.

        Args:
            album: The photos and their split.
            explanation: The source of the split, or why there is none.
            has_own: Whether the folder has a division of its own.
            uses_own: Whether the recipe uses that division.
        """
        split = album.split
        self.table.show_collection(album.collection, split)
        if not self.table.has_choice and self.findings.finding() is None and self._selection is None:
            self.table.choose(frozenset())
        self.split_bar.show_split(split)
        self.split_text.setText(explanation)
        self.own_split.setVisible(has_own)
        self.own_split.setChecked(uses_own)
        has_something = bool(album.collection.classes or album.collection.left_out or album.report.findings)
        for widget in (self._title, self.table, self.browser):
            widget.setVisible(has_something)
        self._split_part.setVisible(has_something and self.parts_button.isChecked())
        self._filler.setVisible(not has_something)

    def show_disk_changes(self, changes: FolderChanges | None) -> None:
        """Offer to read the folder again if it has changed."""
        self.notice.say(_changes_in_words(changes) if changes else "", "Refresh" if changes else "")

    @Slot()
    def show_everything(self) -> None:
        """Choose all photos, as for a collection that was just opened."""
        self._selection = None
        self.findings.choose(None)
        self.find_class.clear()
        self.table.choose(frozenset())
        self._choose_scope()

    @property
    def selection(self) -> PhotoSelection | None:
        """The photos that another page asked for, while they are shown."""
        return self._selection

    def show_photos(self, selection: PhotoSelection) -> None:
        """Show the photos that another page asks for, until something else is chosen."""
        self._selection = selection
        self.findings.choose(None)
        self.table.clearSelection()
        self._choose_scope()

    def set_free(self, is_free: object) -> None:
        """Set whether the collection can be changed now, because no job is under way."""
        self._is_free = bool(is_free)
        self.header.set_free(is_free=bool(is_free))
        for button in (self.notice.button, self.own_split):
            button.setEnabled(bool(is_free))
        self.show_look_share(self._look_share)
        self.table.rows_model.can_rename = bool(is_free)
        self.browser.set_free(is_free)
        self.layout_offer.set_free(is_free)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_splitter"):
            self._share_width()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_shared:
            self._is_shared = True
            # After the first layout.
            QTimer.singleShot(0, self, self._share_width)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Once its handle was moved, the sizes are the user's.
        if self._is_shared and not self._has_own_shares:
            self._share_width()

    def _lay_out(self) -> None:
        left = WrappingColumn()
        classes = QVBoxLayout(left)
        classes.setContentsMargins(0, 0, 0, 0)
        classes.setSpacing(GRID)
        self._title = QWidget()
        title = QHBoxLayout(self._title)
        title.setContentsMargins(0, 0, 0, 0)
        title.addWidget(card_heading("Classes"), 1)
        title.addWidget(self.parts_button)
        self._filler = QWidget()
        self._filler.hide()
        classes.addWidget(self._title)
        classes.addWidget(self.find_class)
        classes.addWidget(self.table, 1)
        self._split_part = QWidget()
        split_column = QVBoxLayout(self._split_part)
        split_column.setContentsMargins(0, 0, 0, 0)
        split_column.addWidget(self.split_bar)
        split_column.addWidget(self.split_text)
        split_column.addWidget(self.own_split)
        self._split_part.hide()
        # Where these come and go, nothing moves but the lower edge of the list above.
        classes.addWidget(self.advice)
        classes.addWidget(self.notice)
        classes.addWidget(self._split_part)
        classes.addWidget(self._filler, 1)
        self.advice.hide()
        self._splitter.addWidget(left)
        self._splitter.addWidget(self.browser)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(MARGIN)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.splitterMoved.connect(self._on_splitter_moved)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(MARGIN)
        column.addWidget(self.header)
        column.addWidget(self.layout_offer)
        column.addWidget(self._splitter, 1)

    @Slot()
    def _share_width(self) -> None:
        """Give the lists their preferred width, but at most a share of a narrow window."""
        room = self._splitter.width()
        letters, share = _WITH_PARTS if self.parts_button.isChecked() else _WITHOUT_PARTS
        letter = self.fontMetrics().averageCharWidth()
        left = min(letters * letter, max(round(room * share), _LEAST_LETTERS * letter))
        self._splitter.setSizes([left, room - left])

    @Slot()
    def _on_splitter_moved(self) -> None:
        self._has_own_shares = True

    def _choose_scope(self) -> None:
        finding = self.findings.finding()
        is_listed = finding is not None or self._selection is not None
        names = frozenset[str]() if is_listed else self.table.chosen_classes()
        self.browser.show_scope(names, finding.kind if finding is not None else None, self._selection)

    @Slot()
    def _on_table_chosen(self) -> None:
        if self.table.has_choice:
            self._selection = None
            self.findings.choose(None)
        self._choose_scope()

    @Slot()
    def _on_findings_chosen(self) -> None:
        if self.findings.finding() is not None:
            self._selection = None
            self.table.clearSelection()
        self._choose_scope()


class _Splitter(QSplitter):
    """A splitter whose preferred size is its minimum, so that the page scrolls only below that."""

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


def _changes_in_words(changes: FolderChanges) -> str:
    parts = [f"{count('new photo', len(changes.new))}"] if changes.new else []
    parts += [f"{len(changes.gone):,} gone"] if changes.gone else []
    parts += [f"{len(changes.changed):,} changed"] if changes.changed else []
    return f"The folder has changed since it was read: {', '.join(parts)}."
