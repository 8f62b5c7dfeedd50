"""The bar of the Photos page that offers other ways to read a folder, or asks which one is meant."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tlgui.photos.collection import Collection
from tlgui.photos.layouts import (
    ClassSource,
    GroupsQuestion,
    LabelTable,
    Layout,
    LayoutChoice,
    NamesOffer,
    Offer,
    TableOffer,
)
from tlgui.photos.names import one_line
from tlgui.ui.photos.layout_picture import LayoutPicture
from tlgui.ui.photos.layout_words import classes_in_words, offer_text, offer_title, settled_text
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.flow_layout import FlowLayout, growing
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken
from tlgui.ui.widgets.tinted_bar import BarButton, TintedBar, plain_label
from tlgui.ui.widgets.tokens import GRID, Accent

_PREVIEW_ROWS = 3


class LayoutOffer(TintedBar):
    """The bar; hidden while a folder is read in the only way there is.

    Signals:
        chosen: The `LayoutChoice` to read the folder by.
        copy_requested: Photos with labels are to be copied into class folders.

    Args:
        parent: The owner.
    """

    chosen = Signal(object)
    copy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Accent.INFO, "info", parent)
        self.settled = _Settled()
        self.offers: tuple[_OfferPart, ...] = ()
        self._layout_shown: tuple[Layout, str] | None = None
        self._is_free = True
        self._column = QVBoxLayout()
        self._column.addWidget(self.settled)
        self.row.addLayout(self._column, 1)
        self.settled.otherwise_button.clicked.connect(self._on_otherwise_clicked)
        self.settled.copy_button.clicked.connect(self.copy_requested)
        self.settled.split_button.clicked.connect(self._on_split_clicked)
        self.hide()

    def show_collection(self, collection: Collection) -> None:
        """Show how a collection was read, and how it can be.

        Args:
            collection: The collection.
        """
        layout, text = collection.layout, settled_text(collection)
        if self._layout_shown == (layout, text):
            return
        self._layout_shown = layout, text
        self._clear_offers()
        is_open = layout.choice.source is None
        if is_open:
            self._show_offers(layout, has_classes=bool(collection.classes))
        self.settled.show_layout(layout, text, can_copy=layout.is_labelled and bool(collection.classes))
        self.settled.setVisible(bool(text))
        self._show_or_hide()

    def show_nothing(self) -> None:
        """Hide the bar while another folder is read."""
        self._layout_shown = None
        self._clear_offers()
        self.hide()

    def set_free(self, is_free: object) -> None:
        """Set whether a choice can be made now, because no job is under way."""
        self._is_free = bool(is_free)
        for part in (self.settled, *self.offers):
            part.setEnabled(self._is_free)

    def _show_or_hide(self) -> None:
        words = [self.settled.text.text(), *(offer_title(part.offer) for part in self.offers)]
        set_spoken(self, " ".join(filter(None, words)))
        is_needed = any(words)
        is_new = is_needed and self.isHidden()
        self.setVisible(is_needed)
        if is_new:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _show_offers(self, layout: Layout, *, has_classes: bool) -> None:
        # The folders may be the classes all the same: where they are by now, or where they are named like parts.
        takes_folders = has_classes or bool(layout.parts_without_classes) or layout.choice.source is not None
        self.offers = tuple(_part_of(offer, layout.choice, takes_folders=takes_folders) for offer in layout.offers)
        for part in self.offers:
            part.setEnabled(self._is_free)
            part.chosen.connect(self.chosen)
            self._column.addWidget(part)

    def _clear_offers(self) -> None:
        for part in self.offers:
            self._column.removeWidget(part)
            part.hide()
            part.deleteLater()
        self.offers = ()

    @Slot()
    def _on_otherwise_clicked(self) -> None:
        """Show the offers again that were decided on."""
        if self._layout_shown is not None and not self.offers:
            self._show_offers(self._layout_shown[0], has_classes=True)
            self.settled.otherwise_button.hide()
            self._show_or_hide()
            self.offers[0].setFocus()

    @Slot()
    def _on_split_clicked(self) -> None:
        if self._layout_shown is not None:
            self.chosen.emit(replace(self._layout_shown[0].choice, uses_split=True))


class _Settled(QWidget):
    """What was chosen, and how to choose otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.text = plain_label()
        self.otherwise_button = BarButton("Read it otherwise…")
        self.split_button = BarButton("Use them as the split")
        self.copy_button = BarButton("Put them into class folders…")
        self.copy_button.setToolTip("Copy each photo into a folder of its class; the photos here stay as they are")
        line = FlowLayout(self)
        line.setSpacing(GRID)
        for widget in (growing(self.text), self.copy_button, self.split_button, self.otherwise_button):
            line.addWidget(widget)

    def show_layout(self, layout: Layout, text: str, *, can_copy: bool) -> None:
        self.text.setText(text)
        self.otherwise_button.setVisible(layout.choice.source is not None and bool(layout.offers))
        self.split_button.setVisible(not layout.choice.uses_split)
        self.copy_button.setVisible(can_copy)


class _OfferPart(QWidget):
    """One offer: a title, an explanation, what it would look like, and its buttons."""

    chosen = Signal(object)

    def __init__(self, offer: Offer, choice: LayoutChoice) -> None:
        super().__init__()
        self.offer = offer
        self._choice = replace(choice, table=None)
        title = PlainLabel(offer_title(offer))
        title.setWordWrap(True)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        self.text = plain_label(offer_text(offer))
        self.lines = QVBoxLayout(self)
        self.lines.setContentsMargins(0, 0, 0, 0)
        self.lines.addWidget(title)
        self.lines.addWidget(self.text)

    def choose(self, source: ClassSource, table: LabelTable | None = None) -> None:
        self.chosen.emit(replace(self._choice, source=source, table=table))

    def add_buttons(self, use_button: QPushButton, *, takes_folders: bool) -> None:
        self.use_button = use_button
        self.setFocusProxy(use_button)
        self.folders_button = BarButton("No, the folders are the classes")
        self.folders_button.clicked.connect(lambda: self.choose(ClassSource.FOLDERS))
        self.folders_button.setVisible(takes_folders)
        buttons = FlowLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(use_button)
        buttons.addWidget(self.folders_button)
        self.lines.addLayout(buttons)


class GroupsPart(_OfferPart):
    """The question about groups, with a picture for each answer.

    Args:
        offer: The question.
        choice: What was chosen before.
    """

    def __init__(self, offer: GroupsQuestion, choice: LayoutChoice) -> None:
        super().__init__(offer, choice)
        outer = [name for name, _ in offer.outer]
        self.outer_picture, self.inner_picture = LayoutPicture(), LayoutPicture()
        self.outer_picture.show_folders(outer, offer.inside, classes_in_words(offer.outer), marks_inner=False)
        self.inner_picture.show_folders(outer, offer.inside, classes_in_words(offer.inner), marks_inner=True)
        self.outer_picture.clicked.connect(lambda: self.choose(ClassSource.FOLDERS))
        self.inner_picture.clicked.connect(lambda: self.choose(ClassSource.INNER_FOLDERS))
        self.setFocusProxy(self.outer_picture)
        # Beside each other, however narrow: they are compared.
        pictures = QHBoxLayout()
        pictures.setSpacing(GRID)
        pictures.addWidget(self.outer_picture)
        pictures.addWidget(self.inner_picture)
        pictures.addStretch()
        self.lines.addLayout(pictures)


class NamesPart(_OfferPart):
    """The offer to take the classes from file names, with an example of each class.

    Args:
        offer: The offer.
        choice: What was chosen before.
        takes_folders: Whether the folders can be the classes.
    """

    def __init__(self, offer: NamesOffer, choice: LayoutChoice, *, takes_folders: bool) -> None:
        super().__init__(offer, choice)
        names = [name for name, _ in offer.classes]
        self.preview = _Preview(list(zip(offer.examples, names, strict=True)))
        self.lines.addWidget(self.preview)
        button = BarButton("Use the file names")
        button.clicked.connect(lambda: self.choose(ClassSource.NAMES))
        self.add_buttons(button, takes_folders=takes_folders)


class TablePart(_OfferPart):
    """The offer to take the labels of a table, with a choice of its columns and some rows.

    Args:
        offer: The offer.
        choice: What was chosen before.
        takes_folders: Whether the folders can be the classes.
    """

    def __init__(self, offer: TableOffer, choice: LayoutChoice, *, takes_folders: bool) -> None:
        super().__init__(offer, choice)
        self._table = offer
        self.columns = QComboBox()
        set_spoken(self.columns, "Column of the labels")
        with QSignalBlocker(self.columns):
            self.columns.addItems([one_line(column.name) for column in offer.columns])
        label = PlainLabel("Column of the labels:")
        label.setBuddy(self.columns)
        row = FlowLayout()
        row.setSpacing(GRID)
        row.addWidget(label)
        row.addWidget(self.columns)
        self.preview = _Preview([])
        self.lines.addLayout(row)
        self.lines.addWidget(self.preview)
        button = BarButton("Use these labels")
        button.clicked.connect(self._on_use_clicked)
        self.add_buttons(button, takes_folders=takes_folders)
        self.columns.currentIndexChanged.connect(self._on_column_changed)
        self._on_column_changed(0)

    @Slot(int)
    def _on_column_changed(self, place: int) -> None:
        column = self._table.columns[place]
        self.text.setText(offer_text(self._table, column))
        self.preview.show_rows(list(column.preview))

    @Slot()
    def _on_use_clicked(self) -> None:
        place = self.columns.currentIndex()
        column = self._table.columns[place].name if place else ""
        self.choose(ClassSource.TABLE, LabelTable(self._table.path, column))


class _Preview(QWidget):
    """Some files with the classes they would get."""

    def __init__(self, rows: list[tuple[str, str]]) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(2, 1)
        self.labels = [(QuietLabel(), QuietLabel()) for _ in range(_PREVIEW_ROWS)]
        for number, (name, label) in enumerate(self.labels):
            name.setWordWrap(False)
            label.setWordWrap(False)
            self._grid.addWidget(name, number, 0)
            self._grid.addWidget(label, number, 1)
        self.show_rows(rows)

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        for number, (name, label) in enumerate(self.labels):
            file_name, class_name = rows[number] if number < len(rows) else ("", "")
            name.setText(one_line(file_name))
            label.setText(f"→ {one_line(class_name)}" if file_name else "")
            name.setVisible(bool(file_name))
            label.setVisible(bool(file_name))


def _part_of(offer: Offer, choice: LayoutChoice, *, takes_folders: bool) -> _OfferPart:
    match offer:
        case GroupsQuestion():
            return GroupsPart(offer, choice)
        case NamesOffer():
            return NamesPart(offer, choice, takes_folders=takes_folders)
        case TableOffer():
            return TablePart(offer, choice, takes_folders=takes_folders)
