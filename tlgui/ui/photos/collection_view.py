"""The view of an open collection: its classes, its split, its findings, and its photos."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from tlgui.photos.collection import Collection
from tlgui.photos.health.findings import Report
from tlgui.photos.names import shown_name
from tlgui.photos.scanning.watching import FolderChanges
from tlgui.text.numbers import count
from tlgui.ui.photos.class_table import ClassTable
from tlgui.ui.photos.finding_list import FindingList
from tlgui.ui.photos.layout_offer import LayoutOffer
from tlgui.ui.photos.photo_browser import PhotoBrowser
from tlgui.ui.photos.photo_items import Album
from tlgui.ui.photos.split_bar import SplitBar
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.empty_page import QuietLabel, page_heading
from tlgui.ui.widgets.notice_bar import NoticeBar
from tlgui.ui.widgets.plain_text import PlainLabel
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.stable_height_label import StableHeightLabel
from tlgui.ui.widgets.tinted_bar import TintedBar, plain_label
from tlgui.ui.widgets.tokens import Accent

_LEFT_IN_LETTERS, _LEFT_SHARE = 61, 0.4
_LONGEST_EXPLANATION = (
    "The folder's own division is used; it has no validation photos, so 20 % of each class is kept apart to check the "
    "training."
)


class CollectionView(QWidget):
    """Classes and findings on the left, the photos of the chosen one on the right.

    Signals:
        own_split_chosen: Whether to use the folder's own division.

    Args:
        parent: The owner.
    """

    own_split_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = page_heading("")
        self.folder = ElidedLabel()
        self.choose_button = QPushButton("&Choose another folder…")
        self.again_button = QPushButton("&Read again")
        self.again_button.setToolTip("Look at the folder again, after you added or removed photos (F5)")
        self.advice = TintedBar(Accent.WARNING, "warning")
        self.advice.setAccessibleName("What keeps these photos from being trained on")
        self.advice_text = plain_label()
        self.advice.row.addWidget(self.advice_text, 1)
        self.layout_offer = LayoutOffer()
        self.notice = NoticeBar()
        self.split_bar = SplitBar()
        self.split_text = StableHeightLabel(_LONGEST_EXPLANATION)
        self.own_split = QCheckBox("Use the folder's o&wn division")
        self.own_split.setToolTip("Use the photos in its folders train, validation and test for just that")
        self.table = ClassTable()
        self.findings = FindingList()
        self.findings_title = _bold("")
        self.findings_text = QuietLabel()
        self.browser = PhotoBrowser()
        self.next_button = QPushButton("&Next: Train")
        self.next_button.setDefault(True)
        make_primary(self.next_button)
        self._splitter = _Splitter(Qt.Orientation.Horizontal)
        self._is_shared = False
        self._is_reading = False
        self._is_free = True
        self._report = Report()
        self._lay_out()
        self.table.chosen.connect(self._on_table_chosen)
        self.table.accept_photos_from(self.browser.grid.drag)
        self.table.photos_dropped.connect(self.browser.move_dragged)
        self.findings.chosen.connect(self._on_findings_chosen)
        self.own_split.clicked.connect(self.own_split_chosen)

    def show_collection(self, collection: Collection, advice: tuple[str, ...], *, is_reading: bool = False) -> None:
        """Show the headline and the folder.

        Args:
            collection: The collection.
            advice: The reasons why it cannot be trained on, a sentence each.
            is_reading: Whether the folder is still being listed.
        """
        self._is_reading = is_reading
        self.heading.setText(_headline(collection, is_reading=is_reading))
        self.folder.set_text(str(collection.folder))
        self.advice_text.setText("\n".join(advice))
        self._split_or_advice.setCurrentWidget(self.advice if advice else self._split_part)
        self.next_button.setEnabled(not advice and not is_reading)
        if is_reading:
            self.layout_offer.show_nothing()
        else:
            self.layout_offer.show_collection(collection)

    def show_listing(self, collection: Collection) -> None:
        """Show how many photos were listed so far while the folder is read again; all else stays."""
        self.heading.setText(_headline(collection, is_reading=True))

    def show_report(self, report: Report, look_share: float | None) -> None:
        """Show the findings, and whether more may be found yet.

        Args:
            report: The report.
            look_share: How far the closer look has got, 0 to 1; None while none is under way.
        """
        self.findings.show_report(report)
        self.findings.setVisible(bool(report.findings))
        self._report = report
        self.show_look_share(look_share)

    def show_look_share(self, share: float | None) -> None:
        """Show how far the closer look has got, 0 to 1; None while none is under way."""
        # Rounded down, so that 100 % is never shown before the end.
        how_far = "" if share is None else f" (looking closer: {int(share * 100)} %)"
        self.findings_title.setText(f"What to look at{how_far}")
        words = findings_in_words(
            self._report, is_reading=self._is_reading, is_looking=share is not None, is_free=self._is_free
        )
        self.findings_text.setText(words)
        self.findings_text.setVisible(bool(words))

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
        if not self.table.has_choice and self.findings.finding() is None:
            self.table.choose(frozenset())
        self.split_bar.show_split(split)
        self.split_text.setText(explanation)
        self.own_split.setVisible(has_own)
        self.own_split.setChecked(uses_own)
        has_something = bool(album.collection.classes or album.collection.left_out or album.report.findings)
        self._splitter.setVisible(has_something)
        self._filler.setVisible(not has_something)

    def show_disk_changes(self, changes: FolderChanges | None) -> None:
        """Offer to read the folder again if it has changed."""
        self.notice.say(_changes_in_words(changes) if changes else "", "&Read again" if changes else "")
        self.again_button.setText("Read again" if changes else "&Read again")

    def show_everything(self) -> None:
        """Choose all photos, as for a collection that was just opened."""
        self.findings.choose(None)
        self.table.choose(frozenset())
        self._choose_scope()

    def set_free(self, is_free: object) -> None:
        """Set whether the collection can be changed now, because no job is under way."""
        self._is_free = bool(is_free)
        for button in (self.choose_button, self.again_button, self.notice.button, self.own_split):
            button.setEnabled(bool(is_free))
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
            # Once, after the first layout; later sizes are the user's.
            QTimer.singleShot(0, self, self._share_width)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.folder, 1)
        buttons.addWidget(self.again_button)
        buttons.addWidget(self.choose_button)
        keeps_place = self.own_split.sizePolicy()
        keeps_place.setRetainSizeWhenHidden(True)
        self.own_split.setSizePolicy(keeps_place)
        division = QHBoxLayout()
        division.addWidget(self.split_text, 1)
        division.addWidget(self.own_split, 0, Qt.AlignmentFlag.AlignTop)
        self._split_part = QWidget()
        split_column = QVBoxLayout(self._split_part)
        split_column.setContentsMargins(0, 0, 0, 0)
        split_column.addWidget(self.split_bar)
        split_column.addLayout(division)
        # A collection that cannot be trained on has no split, so both share a place.
        self._split_or_advice = QStackedWidget()
        self._split_or_advice.addWidget(self._split_part)
        self._split_or_advice.addWidget(self.advice)
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(_titled(_bold("Classes"), self.table))
        left.addWidget(_titled(self.findings_title, self.findings, self.findings_text))
        left.setChildrenCollapsible(False)
        left.setStretchFactor(0, 3)
        left.setStretchFactor(1, 2)
        self._splitter.addWidget(left)
        self._splitter.addWidget(self.browser)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setStretchFactor(1, 1)
        self._filler = QWidget()
        bottom = QHBoxLayout()
        bottom.addWidget(self.notice, 1)
        bottom.addStretch()
        bottom.addWidget(self.next_button)
        # The notice comes and goes without moving what stands above.
        bottom.addStrut(self.notice.sizeHint().height())
        column = QVBoxLayout(self)
        column.addWidget(self.heading)
        column.addLayout(buttons)
        column.addWidget(self.layout_offer)
        column.addWidget(self._split_or_advice)
        column.addWidget(self._splitter, 1)
        column.addWidget(self._filler, 1)
        column.addLayout(bottom)

    def _share_width(self) -> None:
        """Give the lists their preferred width, but at most a share of a narrow window."""
        room = self._splitter.width()
        left = min(_LEFT_IN_LETTERS * self.fontMetrics().averageCharWidth(), round(room * _LEFT_SHARE))
        self._splitter.setSizes([left, room - left])

    def _choose_scope(self) -> None:
        finding = self.findings.finding()
        names = frozenset[str]() if finding is not None else self.table.chosen_classes()
        self.browser.show_scope(names, finding.kind if finding is not None else None)

    @Slot()
    def _on_table_chosen(self) -> None:
        if self.table.has_choice:
            self.findings.choose(None)
        self._choose_scope()

    @Slot()
    def _on_findings_chosen(self) -> None:
        if self.findings.finding() is not None:
            self.table.clearSelection()
        self._choose_scope()


class _Splitter(QSplitter):
    """A splitter whose preferred size is its minimum, so that the page scrolls only below that."""

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


def _bold(text: str) -> PlainLabel:
    label = PlainLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def _titled(label: PlainLabel, *widgets: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(label)
    for widget in widgets:
        column.addWidget(widget)
    column.setStretchFactor(widgets[0], 1)
    # Keeps the text at the top while the list is hidden.
    column.addStretch()
    return holder


def findings_in_words(report: Report, *, is_reading: bool, is_looking: bool, is_free: bool) -> str:
    """Return what is to be said below the findings: what is still to come, or that nothing was found; else empty.

    Args:
        report: The findings so far.
        is_reading: Whether the folder is still being listed.
        is_looking: Whether the closer look is under way.
        is_free: Whether no job is under way; one that mends reads the folder again, and then looks closer.
    """
    missing = report.photo_count - report.looked_at
    if is_reading or (missing and not is_looking and not is_free):
        return "Reading the photos. What needs mending is listed when this is done."
    if is_looking:
        return "" if report.findings else "Copies, dark and blurred photos are listed when each was looked at."
    if missing:
        return f"{count('photo', missing)} could not be looked at closely. Read the folder again to try once more."
    return "" if report.findings or not report.photo_count else "Nothing was found that needs mending."


def _headline(collection: Collection, *, is_reading: bool) -> str:
    if is_reading:
        return f"Reading “{shown_name(collection.folder)}”: {count('photo', collection.photo_count)} so far"
    if not collection.classes:
        return f"No photos to learn from in “{shown_name(collection.folder)}”"
    return f"{count('photo', collection.photo_count)} in {count('class', len(collection.classes))}"


def _changes_in_words(changes: FolderChanges) -> str:
    parts = [f"{count('new photo', len(changes.new))}"] if changes.new else []
    parts += [f"{len(changes.gone):,} gone"] if changes.gone else []
    parts += [f"{len(changes.changed):,} changed"] if changes.changed else []
    return f"The folder has changed since it was read: {', '.join(parts)}."
