"""The chips above the grid: how many photos are named as each class, or not named; one of them filters the grid."""

import functools
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QButtonGroup, QMenu, QPushButton, QWidget
from typing_extensions import override

from tlgui.photos.names import one_line
from tlgui.text.numbers import count
from tlgui.ui.board.arranging import GROUP_WORDS, YOURS
from tlgui.ui.board.columns import NOT_SURE, UNDECIDED, UNLIKE, UNREADABLE, BoardColumns
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import set_spoken, set_tip, without_key
from tlgui.ui.widgets.tokens import GRID

_MOST_CHIPS = 40
_NAME_LETTERS = 20
_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
_OTHERS = (NOT_SURE, UNLIKE, UNREADABLE, YOURS)
_TIPS = {
    None: "Show all photos",
    NOT_SURE: "Show the photos of which the model is not sure enough to name them",
    UNLIKE: "Show the photos that are unlike anything the model learned from",
    UNREADABLE: "Show the files that could not be read as photos",
    YOURS: "Show the photos that you decided about",
}


class GroupChip(QPushButton):
    """One chip; it never becomes narrower by itself, so that the others stay where they are.

    Args:
        group: The group; None for all photos.
        name: What it is called.
        tip: What choosing it does.
        parent: The owner.
    """

    def __init__(self, group: int | None, name: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.shown_group = group
        self.name = one_line(name)
        self.photo_count = -1
        self.setCheckable(True)
        # A click leaves the focus in the grid, where the keys of classes are.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        set_tip(self, tip)

    def show_count(self, number: int) -> None:
        """Show how many photos there are."""
        if number == self.photo_count:
            return
        self.photo_count = number
        room = self.fontMetrics().averageCharWidth() * _NAME_LETTERS
        shown = self.fontMetrics().elidedText(self.name, Qt.TextElideMode.ElideMiddle, room)
        self.setText(f"{without_key(shown)} {number:,}")
        set_spoken(self, f"{self.name}, {count('photo', number)}")
        self.setMinimumWidth(max(self.minimumWidth(), self.sizeHint().width()))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ARROWS:
            # For what the chip stands in.
            event.ignore()
        else:
            super().keyPressEvent(event)

    def tighten(self) -> None:
        """Become as narrow as the text allows."""
        self.setMinimumWidth(self.sizeHint().width())


class GroupChips(QWidget):
    """The chips, in a line or two; classes for which there is no room are in a menu at the end.

    While photos come, classes keep their order, and new ones are added after the others; `settle` puts those with most
    photos first.

    Signals:
        group_chosen: The group to show; None for all photos.

    Args:
        parent: The owner.
    """

    group_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._keys: Mapping[str, Sequence[str]] = {}
        self._total = 0
        self._counts: dict[int, int] = {}
        self._order: list[int] = []
        self._chips: dict[int | None, GroupChip] = {}
        self._chosen: int | None = None
        # One chip is chosen; the arrow keys move among them.
        self._exclusive = QButtonGroup(self)
        self._exclusive.buttonClicked.connect(self._on_chip_clicked)
        self.more = QPushButton("&More")
        self.more.setAutoDefault(False)
        set_tip(self.more, "Show the photos of another class")
        self._menu = QMenu(self.more)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.more.setMenu(self._menu)
        self._flow = FlowLayout(self)
        self._flow.setSpacing(GRID // 2)
        self._shown: tuple[int | None, ...] = ()
        self._most_lines = 2
        self.show_board(BoardColumns(), {})

    @property
    def chosen(self) -> int | None:
        """The group that is chosen; None for all photos."""
        return self._chosen

    def chips(self) -> list[GroupChip]:
        """Return the chips that are shown, in order."""
        return [self._chips[group] for group in self._shown]

    def show_board(self, photos: BoardColumns, keys: Mapping[str, Sequence[str]]) -> None:
        """Show how many photos are in each group.

        Args:
            photos: The photos.
            keys: The keys that name a photo as a class, by class.
        """
        if self._names != photos.names[: len(self._names)] or not len(photos):
            self._forget_classes()
        self._names = list(photos.names)
        self._keys = keys
        self._counts = photos.counts()
        self._counts[YOURS] = int((photos.decided != UNDECIDED).sum())
        self._total = len(photos)
        known = set(self._order)
        self._order += [group for group in sorted(self._counts) if group >= 0 and group not in known]
        for group, chip in self._chips.items():
            chip.show_count(self._count(group))
        self._fit()

    def set_most_lines(self, lines: int) -> None:
        """Set how many lines the chips take at most, where there is little room for photos."""
        if lines != self._most_lines:
            self._most_lines = lines
            self._fit()

    def settle(self) -> None:
        """Put the classes with most photos first, as narrow as they can be."""
        self._order.sort(key=lambda group: (-self._counts.get(group, 0), group))
        for chip in self._chips.values():
            chip.tighten()
        self._shown = ()
        self._fit()

    def choose(self, group: int | None) -> None:
        """Choose a group, as if its chip were pressed; emits `group_chosen` where it is another one."""
        if group == self._chosen:
            return
        self._chosen = group
        self._fit()
        self.group_chosen.emit(group)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A filter is chosen by going to it, as a radio button is; Qt moves the focus alone.
        step = _ARROWS.get(Qt.Key(event.key()))
        focus = QApplication.focusWidget()
        if step is None or not isinstance(focus, GroupChip) or focus.shown_group not in self._shown:
            super().keyPressEvent(event)
            return
        place = self._shown.index(focus.shown_group) + step
        if 0 <= place < len(self._shown):
            self._chips[self._shown[place]].setFocus()
            self.choose(self._shown[place])

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    @override
    def minimumSizeHint(self) -> QSize:
        # Chips go to further lines or into the menu; none is cut off.
        return QSize(self._flow.minimumSize().width(), self._flow.minimumSize().height())

    def _forget_classes(self) -> None:
        self._order.clear()
        self._chosen = None
        for group in [group for group in self._chips if group is not None]:
            chip = self._chips.pop(group)
            self._exclusive.removeButton(chip)
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._shown = ()

    def _fit(self) -> None:
        """Show as many classes as there is room for."""
        others = [group for group in _OTHERS if self._counts.get(group) or group == self._chosen]
        classes = [group for group in self._order if self._counts.get(group) or group == self._chosen]
        classes = classes[:_MOST_CHIPS]
        shown = self._choice(classes, len(classes), others)
        number = len(classes)
        while number and not self._has_room(shown, has_more=self._has_more(shown)):
            number -= 1
            shown = self._choice(classes, number, others)
        self.more.setVisible(self._has_more(shown))
        self._show(shown)

    def _choice(self, classes: Sequence[int], number: int, others: Sequence[int]) -> list[int | None]:
        """Return the groups to show: so many classes, the chosen one among them."""
        some = list(classes[:number])
        if self._chosen is not None and self._chosen >= 0 and self._chosen not in some:
            some = [*some[:-1], self._chosen]
        return [None, *some, *others]

    def _has_more(self, shown: Sequence[int | None]) -> bool:
        """Return whether a class is not shown."""
        return len(self._names) > sum(group is not None and group >= 0 for group in shown)

    def _has_room(self, shown: Sequence[int | None], *, has_more: bool) -> bool:
        widths = [max(chip.sizeHint().width(), chip.minimumWidth()) for chip in map(self._chip, shown)]
        if has_more:
            widths.append(self.more.sizeHint().width())
        lines, left = 1, 0
        for width in widths:
            if left and left + width > self.width():
                lines, left = lines + 1, 0
            left += width + self._flow.spacing()
        return lines <= self._most_lines

    def _show(self, shown: Sequence[int | None]) -> None:
        if tuple(shown) != self._shown:
            for place in range(self._flow.count() - 1, -1, -1):
                self._flow.takeAt(place)
            for group, chip in self._chips.items():
                chip.setVisible(group in shown)
            before: QWidget | None = None
            for widget in [*map(self._chip, shown), self.more]:
                self._flow.addWidget(widget)
                if before is not None:
                    QWidget.setTabOrder(before, widget)
                before = widget
            self._shown = tuple(shown)
        self._chip(self._chosen).setChecked(True)
        self._flow.invalidate()
        self.updateGeometry()

    def _chip(self, group: int | None) -> GroupChip:
        chip = self._chips.get(group)
        if chip is None:
            name = "All" if group is None else self._name(group)
            chip = self._chips[group] = GroupChip(group, name, self._tip(group), self)
            self._exclusive.addButton(chip)
            chip.show_count(self._count(group))
        return chip

    def _name(self, group: int) -> str:
        return self._names[group] if group >= 0 else GROUP_WORDS[group]

    def _tip(self, group: int | None) -> str:
        if group is None or group < 0:
            return _TIPS[group]
        keys = self._keys.get(self._names[group], ())
        name = one_line(self._names[group])
        key = f"; the key {' or '.join(keys)} names a photo so" if keys else ""
        return f"Show only the photos of “{name}”{key}"

    def _count(self, group: int | None) -> int:
        return self._total if group is None else self._counts.get(group, 0)

    @Slot()
    def _fill_menu(self) -> None:
        self._menu.clear()
        hidden = [group for group in range(len(self._names)) if group not in self._shown]
        hidden.sort(key=lambda group: (-self._count(group), group))
        for group in hidden:
            action = self._menu.addAction(f"{without_key(self._names[group])} {self._count(group):,}")
            set_tip(action, self._tip(group))
            action.triggered.connect(functools.partial(self.choose, group))

    @Slot(object)
    def _on_chip_clicked(self, chip: GroupChip) -> None:
        self.choose(chip.shown_group)
