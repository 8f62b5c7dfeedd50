"""The list of the four steps at the left of the window, each with its state in words and as a mark."""

from dataclasses import dataclass
from enum import Enum, IntEnum

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from tlgui.ui.widgets.icons import icon_pixmap
from tlgui.ui.widgets.plain_text import set_tip
from tlgui.ui.widgets.tokens import Accent, colour, mixed

_STATE_ROLE = Qt.ItemDataRole.UserRole
# The longest state; it determines the width of the list.
_LONGEST = "Needs more photos"


class Step(IntEnum):
    """The steps, in order; the value of each is its row."""

    PHOTOS = 0
    TRAIN = 1
    RESULTS = 2
    PREDICT = 3

    @property
    def title(self) -> str:
        """The title."""
        return self.name.capitalize()

    @property
    def icon(self) -> str:
        """The name of the icon."""
        return self.name.lower()


class Mark(Enum):
    """The mark beside the state of a step: its accent and icon."""

    NONE = None
    GOOD = (Accent.SUCCESS, "success")
    PROBLEM = (Accent.WARNING, "warning")


@dataclass(frozen=True, slots=True)
class StepState:
    """The state of a step, shown in its second line.

    Args:
        words: The state in a few words.
        mark: The mark before them.
    """

    words: str
    mark: Mark = Mark.NONE


class StepList(QListWidget):
    """The list of steps.

    Args:
        parent: The owner.
    """

    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Steps")
        self.setItemDelegate(_StepDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        for step in Step:
            self.addItem(QListWidgetItem(step.title))
            self.set_state(step, StepState(""))
        self.currentRowChanged.connect(self._on_current_row_changed)

    def choose(self, step: Step) -> None:
        """Make `step` the current step."""
        self.setCurrentRow(step.value)

    def current(self) -> Step:
        """Return the current step."""
        return Step(max(0, self.currentRow()))

    def step_state(self, step: Step) -> StepState:
        """Return the state of `step`."""
        state = self.item(step.value).data(_STATE_ROLE)
        assert isinstance(state, StepState)
        return state

    def set_state(self, step: Step, state: StepState) -> None:
        """Show the state of `step`."""
        item = self.item(step.value)
        item.setData(_STATE_ROLE, state)
        set_tip(item, state.words)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"Step {step.value + 1}, {step.title}: {state.words}")

    @override
    def sizeHint(self) -> QSize:
        return QSize(self.sizeHintForColumn(0) + 2 * self.frameWidth(), 0)

    @override
    def minimumSizeHint(self) -> QSize:
        height = self.sizeHintForRow(0) * len(Step) + 2 * self.frameWidth()
        return QSize(self.sizeHint().width(), height)

    @Slot(int)
    def _on_current_row_changed(self, row: int) -> None:
        self.step_chosen.emit(row)


class _StepDelegate(QStyledItemDelegate):
    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        line = option.fontMetrics.height()
        return QSize(option.fontMetrics.horizontalAdvance(_LONGEST) + line * 4, line * 3 + line // 2)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view = option.widget
        assert isinstance(view, StepList)
        self.initStyleOption(option, index)
        option.text = ""
        view.style().drawControl(view.style().ControlElement.CE_ItemViewItem, option, painter, view)
        step, state = Step(index.row()), view.step_state(Step(index.row()))
        is_selected = bool(option.state & view.style().StateFlag.State_Selected)
        text = _text_colour(option, is_selected=is_selected)
        line = option.fontMetrics.height()
        area = option.rect.adjusted(line // 2, line // 2, -line // 4, -line // 2)
        icon = QRect(area.left(), area.top() + (area.height() - line * 3 // 2) // 2, line * 3 // 2, line * 3 // 2)
        _draw_icon(painter, step.icon, text, icon)
        lines = area.adjusted(icon.width() + line // 2, 0, 0, 0)
        upper, lower = QRect(lines), QRect(lines)
        upper.setHeight(lines.height() // 2)
        lower.setTop(upper.bottom() + 1)
        painter.save()
        painter.setPen(text)
        font = option.font
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(upper, int(Qt.AlignmentFlag.AlignVCenter), f"{step.value + 1}  {step.title}")
        painter.restore()
        _draw_state(painter, option, state, lower, text if is_selected else None)


def _text_colour(option: QStyleOptionViewItem, *, is_selected: bool) -> QColor:
    is_active = bool(option.state & option.widget.style().StateFlag.State_Active)
    group = QPalette.ColorGroup.Active if is_active else QPalette.ColorGroup.Inactive
    role = QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Text
    return option.palette.color(group, role)


def _draw_icon(painter: QPainter, name: str, tone: QColor, place: QRect) -> None:
    ratio = painter.device().devicePixelRatioF()
    pixmap = icon_pixmap(name, tone, round(place.width() * ratio))
    painter.drawPixmap(place, pixmap)


def _draw_state(
    painter: QPainter, option: QStyleOptionViewItem, state: StepState, place: QRect, selected: QColor | None
) -> None:
    if state.mark.value is not None:
        accent, icon = state.mark.value
        side = option.fontMetrics.ascent()
        tone = selected or colour(accent, option.palette)
        _draw_icon(painter, icon, tone, QRect(place.left(), place.center().y() - side // 2, side, side))
        place = place.adjusted(side + side // 3, 0, 0, 0)
    quiet = mixed(option.palette.text().color(), option.palette.base().color(), 0.3)
    painter.save()
    painter.setPen(selected or quiet)
    words = option.fontMetrics.elidedText(state.words, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), words)
    painter.restore()
