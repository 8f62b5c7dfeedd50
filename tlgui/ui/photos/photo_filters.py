"""The line above the grid: search by name, the button with the other filters and the order, and the size of photos."""

from collections.abc import Iterable, Sequence
from enum import Enum

from PySide6.QtCore import QSignalBlocker, QSize, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QPushButton,
    QWidget,
)
from typing_extensions import override

from tlgui.photos.health.findings import Finding, FindingKind
from tlgui.text.numbers import count
from tlgui.ui.grid.size_slider import SizeSlider
from tlgui.ui.photos.photo_items import PhotoOrder, PhotoQuery, PhotoUse
from tlgui.ui.session.photo_selection import PhotoSelection
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.flow_layout import FlowLayout, growing
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_tip
from tlgui.ui.widgets.popup_panel import PopupPanel
from tlgui.ui.widgets.search_field import SearchField

_USES = {
    PhotoUse.ANY: "Any use",
    PhotoUse.TRAINING: "For training",
    PhotoUse.VALIDATION: "For validation",
    PhotoUse.TEST: "For test",
    PhotoUse.LEFT_OUT: "Left out",
}
_ORDERS = {
    PhotoOrder.TOGETHER: "In groups",
    PhotoOrder.NAME: "By name",
    PhotoOrder.TAKEN: "By date taken",
    PhotoOrder.SIZE: "By file size",
}
_AS_LISTED = "As listed"
_ALL_CLASSES = "All classes"
_ANY_PROBLEM = "Any problem"
# Filtering 100,000 names waits for a pause in typing.
_COMBO_LETTERS = 12
_NAME_LETTERS = 14


class FilterBar(QWidget):
    """The controls.

    Signals:
        changed: Another query is set.
        lines_changed: The size of thumbnails, in lines of text.

    Args:
        parent: The owner.
    """

    changed = Signal()
    lines_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._class_names: frozenset[str] = frozenset()
        self._finding: FindingKind | None = None
        self._selection: PhotoSelection | None = None
        self._order_before = PhotoOrder.NAME
        self.text = SearchField("Find by name", "Show only photos whose name has this in it", _NAME_LETTERS)
        self.classes = _choice("Show only this class")
        self.use = _choice("Show only photos used for this")
        self.problem = _choice("Show only photos with this problem")
        self.order = _choice("Sort the photos")
        self.descending = QCheckBox("&Reverse")
        set_tip(self.descending, "The last one first")
        self.filter_button = QPushButton()
        set_tip(self.filter_button, "Choose which photos are shown, and in what order")
        self.panel = _FilterPanel(self.filter_button, self.classes)
        self.clear_button = QPushButton("Show &all")
        set_tip(self.clear_button, "Clear the search and every filter")
        self.shown = _Count()
        self.size_slider = SizeSlider()
        self._fill()
        self._lay_out()
        self._connect()

    @property
    def is_filtering(self) -> bool:
        """Whether any filter is set."""
        has_class = len(self._class_names) != 1 and self.classes.currentIndex() > 0
        has_problem = not self._is_listed and self.problem.currentIndex() > 0
        return bool(self.text.text()) or self.use.currentData() is not PhotoUse.ANY or has_class or has_problem

    @property
    def _is_listed(self) -> bool:
        """Whether a finding or a selection is shown, whose photos have an order of their own."""
        return self._finding is not None or self._selection is not None

    def show_scope(
        self, class_names: frozenset[str], finding: FindingKind | None, selection: PhotoSelection | None = None
    ) -> None:
        """Set the scope that is filtered, and clear the filters.

        Args:
            class_names: The classes chosen in the table; empty for all.
            finding: The kind of the finding chosen in the list, if any.
            selection: The photos that another page asked for, if any.
        """
        self._class_names, self._finding, self._selection = class_names, finding, selection
        self._clear()
        self._fit_order()
        self._name_button()

    def show_choices(self, class_names: Iterable[str], findings: Sequence[Finding]) -> None:
        """Set the classes and the problems to choose from; a choice is kept if it still exists."""
        _refill(self.classes, [(_ALL_CLASSES, None), *((name, name) for name in class_names)])
        known = [(f"{finding.kind.value.capitalize()} ({finding.file_count:,})", finding.kind) for finding in findings]
        _refill(self.problem, [(_ANY_PROBLEM, None), *(entry for entry in known if entry[1] is not None)])
        self._show_fixed_choices()
        self._name_button()

    def show_count(self, words: str) -> None:
        """Show how many photos there are."""
        self.shown.set_text(words)

    def query(self) -> PhotoQuery:
        """Return the query that the scope and the controls describe."""
        chosen = self.classes.currentData()
        finding = self._finding if self._finding is not None else self._chosen_problem()
        return PhotoQuery(
            frozenset({chosen}) if chosen is not None else self._class_names,
            finding,
            self.text.text().strip(),
            self.use.currentData(),
            self.order.currentData(),
            self.descending.isChecked(),
            self._selection,
        )

    def _show_fixed_choices(self) -> None:
        """Disable the filters that the scope decides, and show its class and its problem in them.

        They are not hidden, because the filters beside them would move.
        """
        only_class = next(iter(self._class_names)) if len(self._class_names) == 1 else None
        for combo, fixed in ((self.classes, only_class), (self.problem, self._finding)):
            combo.setEnabled(fixed is None and not (combo is self.problem and self._is_listed))
            if fixed is not None:
                with QSignalBlocker(combo):
                    combo.setCurrentIndex(max(0, combo.findData(fixed)))

    def _chosen_problem(self) -> FindingKind | None:
        # Qt returns a member of a string enum as a plain string.
        chosen = self.problem.currentData()
        return FindingKind(chosen) if chosen is not None else None

    def _fill(self) -> None:
        _refill(self.use, [(words, use) for use, words in _USES.items()])
        _refill(self.classes, [(_ALL_CLASSES, None)])
        _refill(self.problem, [(_ANY_PROBLEM, None)])
        self._fit_order()

    def _fit_order(self) -> None:
        """Offer the order by groups, or that of the list, and choose it, while a finding or a selection is shown."""
        is_listed = self._is_listed or self._chosen_problem() is not None
        is_doubted = FindingKind.OTHER_CLASS in {self._finding, self._chosen_problem()}
        is_ranked = self._selection is not None or is_doubted
        together = (_AS_LISTED if is_ranked else _ORDERS[PhotoOrder.TOGETHER]) if is_listed else ""
        was_together = self.order.itemData(0) is PhotoOrder.TOGETHER
        if together == (self.order.itemText(0) if was_together else "") and self.order.count():
            return
        if is_listed and not was_together:
            self._order_before = self.order.currentData()
        orders = [(words, order) for order, words in _ORDERS.items() if order is not PhotoOrder.TOGETHER]
        first = [(together, PhotoOrder.TOGETHER)] if is_listed else []
        _refill(self.order, [*first, *orders], PhotoOrder.TOGETHER if is_listed else self._order_before)

    def _lay_out(self) -> None:
        # A line, or two with large text in a narrow window.
        row = FlowLayout(self)
        row.addWidget(growing(self.text))
        row.addWidget(self.filter_button)
        row.addWidget(self.shown)
        row.addWidget(self.size_slider)
        # The button is as wide as with any number of filters, so that nothing beside it moves.
        self.filter_button.setText(_button_words(3))
        self.filter_button.setMinimumWidth(self.filter_button.sizeHint().width())
        form = QFormLayout()
        for words, combo in (
            ("&Class:", self.classes),
            ("Us&e:", self.use),
            ("Pro&blem:", self.problem),
            ("&Sort:", self.order),
        ):
            label = PlainLabel(words)
            label.setBuddy(combo)
            form.addRow(label, combo)
        form.addRow("", self.descending)
        form.addRow("", self.clear_button)
        self.panel.column.addLayout(form)
        self._name_button()

    def _clear(self) -> None:
        """Clear every filter; emits no signal."""
        self.text.clear_quietly()
        for combo in (self.classes, self.use, self.problem):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(0)
        self._show_fixed_choices()

    def _name_button(self) -> None:
        """Show how many filters of the panel are set."""
        is_set = (
            len(self._class_names) != 1 and self.classes.currentIndex() > 0,
            not self._is_listed and self.problem.currentIndex() > 0,
            self.use.currentData() is not PhotoUse.ANY,
        )
        number = sum(is_set)
        self.filter_button.setText(_button_words(number))
        set_spoken(self.filter_button, f"Filter, {count('filter', number)} set" if number else "Filter")

    def _connect(self) -> None:
        self.text.searched.connect(self.changed)
        for combo in (self.classes, self.use, self.order):
            combo.currentIndexChanged.connect(self._on_choice_changed)
        self.clear_button.clicked.connect(self._on_clear_button_clicked)
        self.problem.currentIndexChanged.connect(self._on_problem_chosen)
        self.descending.toggled.connect(self.changed)
        self.size_slider.valueChanged.connect(self.lines_changed)

    @Slot()
    def _on_choice_changed(self) -> None:
        self._name_button()
        self.changed.emit()

    @Slot()
    def _on_problem_chosen(self) -> None:
        self._fit_order()
        self._on_choice_changed()

    @Slot()
    def _on_clear_button_clicked(self) -> None:
        self._clear()
        self._fit_order()
        self.panel.close()
        self._on_choice_changed()


class _Count(ElidedLabel):
    """The number of photos; as wide as the longest usual one, so that nothing beside it moves."""

    @override
    def sizeHint(self) -> QSize:
        widest = self.fontMetrics().horizontalAdvance("100,000 photos")
        return QSize(max(widest, super().sizeHint().width()), super().sizeHint().height())


class _FilterPanel(PopupPanel):
    """The panel with the filters; the first that can be changed gets the focus."""

    def __init__(self, button: QPushButton, first: QWidget) -> None:
        super().__init__("Filter", button)
        self._first = first

    @override
    def first_control(self) -> QWidget | None:
        return self._first if self._first.isEnabled() else None


def _button_words(number: int) -> str:
    return f"F&ilter ({number})" if number else "F&ilter"


def _choice(name: str) -> QComboBox:
    combo = QComboBox()
    set_spoken(combo, name)
    set_tip(combo, name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(_COMBO_LETTERS)
    return combo


def _refill(combo: QComboBox, entries: Sequence[tuple[str, object]], chosen: Enum | None = None) -> None:
    """Replace the entries, and choose `chosen`, or the present choice, if it exists; emits no signal."""
    known = [(combo.itemText(place), combo.itemData(place)) for place in range(combo.count())]
    if known == list(entries) and chosen is None:
        return
    wanted = chosen if chosen is not None else combo.currentData()
    with QSignalBlocker(combo):
        combo.clear()
        for text, value in entries:
            combo.addItem(text, value)
        values = [value for _, value in entries]
        combo.setCurrentIndex(values.index(wanted) if wanted in values else 0)
