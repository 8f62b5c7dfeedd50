"""The list of the four steps at the left of the window, each with its state in words and as a mark."""

from dataclasses import dataclass
from enum import Enum, IntEnum

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
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
from tlgui.ui.widgets.tokens import CORNER, FOCUS_WIDTH, GRID, MARGIN, Accent, colour, quiet_text, tokens_of

_STATE_ROLE = Qt.ItemDataRole.UserRole
# Of the width of the window.
_LARGEST_SHARE = 0.28
# The longest state, which has a mark; it determines the width of the list.
_LONGEST = "No better than luck"


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
        self._is_compact = False
        self.setAccessibleName("Steps")
        self.setItemDelegate(_StepDelegate(self))
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        for step in Step:
            self.addItem(QListWidgetItem(step.title))
            self.set_state(step, StepState(""))
        self.currentRowChanged.connect(self._on_current_row_changed)

    @property
    def is_compact(self) -> bool:
        """Whether the states are shown as marks alone, and in the tooltips."""
        return self._is_compact

    def fit(self, room: int) -> None:
        """Leave out the words of the states if the list would take more than a good quarter of `room` pixels."""
        needed = _full_width(self.fontMetrics())
        is_compact = needed > room * _LARGEST_SHARE
        if is_compact != self._is_compact:
            self._is_compact = is_compact
            self.scheduleDelayedItemsLayout()
            self.updateGeometry()

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
        # A window that becomes too narrow for the words of the states lets them go.
        height = self.sizeHintForRow(0) * len(Step) + 2 * self.frameWidth()
        return QSize(_compact_width(self.font()) + 2 * self.frameWidth(), height)

    @Slot(int)
    def _on_current_row_changed(self, row: int) -> None:
        self.step_chosen.emit(row)


class _StepDelegate(QStyledItemDelegate):
    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics, view = option.fontMetrics, option.widget
        assert isinstance(view, StepList)
        if view.is_compact:
            bold = QFont(option.font)
            bold.setBold(True)
            widest = max(QFontMetrics(bold).horizontalAdvance(step.title) for step in Step)
            return QSize(
                widest + metrics.height() * 3 // 2 + metrics.ascent() + 4 * GRID + MARGIN, metrics.height() * 3
            )
        return QSize(_full_width(metrics), metrics.height() * 7 // 2)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view = option.widget
        assert isinstance(view, StepList)
        self.initStyleOption(option, index)
        step, state = Step(index.row()), view.step_state(Step(index.row()))
        _draw_background(painter, option, has_focus=view.hasFocus())
        text = option.palette.color(QPalette.ColorRole.WindowText)
        line = option.fontMetrics.height()
        area = option.rect.adjusted(MARGIN, line // 2, -GRID, -line // 2)
        icon = QRect(area.left(), area.top() + (area.height() - line * 3 // 2) // 2, line * 3 // 2, line * 3 // 2)
        _draw_icon(painter, step.icon, text, icon)
        lines = area.adjusted(icon.width() + line // 2, 0, 0, 0)
        upper, lower = QRect(lines), QRect(lines)
        if view.is_compact:
            side = option.fontMetrics.ascent()
            lower = QRect(lines.right() - side, lines.center().y() - side // 2, side, side)
            title = step.title
        else:
            upper.setHeight(lines.height() // 2)
            lower.setTop(upper.bottom() + 1)
            title = f"{step.value + 1}  {step.title}"
        painter.save()
        painter.setPen(text)
        font = QFont(option.font)
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(upper, int(Qt.AlignmentFlag.AlignVCenter), title)
        painter.restore()
        _draw_state(painter, option, state, lower, has_words=not view.is_compact)


def _compact_width(font: QFont) -> int:
    bold = QFont(font)
    bold.setBold(True)
    metrics = QFontMetrics(bold)
    widest = max(metrics.horizontalAdvance(step.title) for step in Step)
    return widest + metrics.height() * 3 // 2 + metrics.ascent() + 4 * GRID + MARGIN


def _full_width(metrics: QFontMetrics) -> int:
    return metrics.horizontalAdvance(_LONGEST) + _mark_width(metrics) + metrics.height() * 4


def _mark_width(metrics: QFontMetrics) -> int:
    """Return the width of a mark and of the gap behind it."""
    return metrics.ascent() + metrics.ascent() // 3


def _draw_background(painter: QPainter, option: QStyleOptionViewItem, *, has_focus: bool) -> None:
    """Draw the background of a step that is chosen or under the pointer, and the ring of the focus."""
    states = option.widget.style().StateFlag
    is_selected, is_raised = bool(option.state & states.State_Selected), bool(option.state & states.State_MouseOver)
    colours = tokens_of(option.palette)
    place = QRectF(option.rect).adjusted(FOCUS_WIDTH, FOCUS_WIDTH, -FOCUS_WIDTH, -FOCUS_WIDTH)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if is_selected or is_raised:
        painter.setBrush(QColor(colours.pressed if is_selected else colours.raised))
        painter.drawRoundedRect(place, CORNER, CORNER)
    if is_selected:
        painter.setBrush(QColor(colours.link))
        stripe = QRectF(place.left(), place.top() + GRID, GRID / 2, place.height() - 2 * GRID)
        painter.drawRoundedRect(stripe, GRID / 4, GRID / 4)
    if is_selected and has_focus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.focus), FOCUS_WIDTH))
        half = FOCUS_WIDTH / 2
        painter.drawRoundedRect(place.adjusted(-half, -half, half, half), CORNER, CORNER)
    painter.restore()


def _draw_icon(painter: QPainter, name: str, tone: QColor, place: QRect) -> None:
    ratio = painter.device().devicePixelRatioF()
    pixmap = icon_pixmap(name, tone, round(place.width() * ratio))
    painter.drawPixmap(place, pixmap)


def _draw_state(
    painter: QPainter, option: QStyleOptionViewItem, state: StepState, place: QRect, *, has_words: bool
) -> None:
    if state.mark.value is not None:
        accent, icon = state.mark.value
        side = option.fontMetrics.ascent()
        tone = colour(accent, option.palette)
        _draw_icon(painter, icon, tone, QRect(place.left(), place.center().y() - side // 2, side, side))
        place = place.adjusted(_mark_width(option.fontMetrics), 0, 0, 0)
    if not has_words:
        return
    painter.save()
    painter.setPen(quiet_text(option.palette))
    words = option.fontMetrics.elidedText(state.words, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), words)
    painter.restore()
