"""One control for each kind of setting; ranges, steps, units and choices come from the fields of the recipe."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QSpinBox,
    QWidget,
)
from typing_extensions import override

from tlgui.learning.recipes.validation import Choices, Limits
from tlgui.photos.names import one_line
from tlgui.ui.recipes.setting_values import PERCENT, is_share, setting_rule, unit_of
from tlgui.ui.recipes.setting_words import SETTING_TERMS, SettingWords, setting_name
from tlgui.ui.train.setting_fit import CUT_LAYER
from tlgui.ui.widgets.plain_text import set_spoken, set_spoken_details, set_tip
from tlgui.ui.widgets.terms import set_term
from tlgui.ui.widgets.tokens import GRID

_WIDE_RANGE = 1e4
_LEAST_LETTERS = 12


class SettingControl(QObject):
    """Edits one value.

    Args:
        widget: The Qt widget of the control.
    """

    changed = Signal(object)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.widget = widget
        # The wheel scrolls the form, and changes a value only in the control that has the focus.
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        widget.installEventFilter(self)

    def show_value(self, value: Any) -> None:  # noqa: ANN401 - each control knows its type
        """Show `value` without emitting `changed`."""
        with QSignalBlocker(self.widget):
            self._show(value)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not self.widget.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _show(self, value: Any) -> None:  # noqa: ANN401 - each control knows its type
        raise NotImplementedError


def _shrinkable(box: QComboBox) -> QComboBox:
    """Let a box be narrower than its longest entry, which the list that opens shows whole."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(_LEAST_LETTERS)
    return box


class Switch(SettingControl):
    """A check box, which shows its label itself."""

    def __init__(self, label: str) -> None:
        self._box = QCheckBox(label)
        super().__init__(self._box)
        self._box.toggled.connect(self._on_toggled)

    @override
    def _show(self, value: bool) -> None:
        self._box.setChecked(value)

    @Slot(bool)
    def _on_toggled(self, is_on: bool) -> None:  # noqa: FBT001 - a slot of `toggled`
        self.changed.emit(is_on)


class _Choice(SettingControl):
    def __init__(self, rule: Choices, words: Mapping[str, str]) -> None:
        self._box = _shrinkable(QComboBox())
        super().__init__(self._box)
        for value in rule.values:
            self._box.addItem(words.get(value, value), value)
        self._box.currentIndexChanged.connect(self._on_index_changed)

    @override
    def _show(self, value: str) -> None:
        self._box.setCurrentIndex(self._box.findData(value))

    @Slot()
    def _on_index_changed(self) -> None:
        self.changed.emit(self._box.currentData())


class BlockChoice(SettingControl):
    """A choice among the blocks of the backbone, with an entry for none of them.

    Args:
        empty: The text of the entry for no block.
        is_empty_last: Whether that entry comes after the last block instead of before the first.
    """

    def __init__(self, empty: str, *, is_empty_last: bool) -> None:
        self._box = _shrinkable(QComboBox())
        super().__init__(self._box)
        self._empty = empty
        self._is_empty_last = is_empty_last
        self._offered: list[str] = []
        self._box.currentIndexChanged.connect(self._on_index_changed)

    def offer(self, blocks: Sequence[str], value: str) -> None:
        """Offer `blocks`, and also `value`, which in a loaded recipe may be another layer; emits no signal."""
        offered = [*blocks, ""] if self._is_empty_last else ["", *blocks]
        if value not in offered:
            offered.append(value)
        if offered == self._offered:
            return
        self._offered = offered
        with QSignalBlocker(self._box):
            self._box.clear()
            for name in offered:
                self._box.addItem(one_line(name) or self._empty, name)

    @override
    def _show(self, value: str) -> None:
        self._box.setCurrentIndex(self._box.findData(value))

    @Slot()
    def _on_index_changed(self) -> None:
        self.changed.emit(self._box.currentData())


class _WholeNumber(SettingControl):
    def __init__(self, rule: Limits, lowest: str) -> None:
        self._box = QSpinBox()
        super().__init__(self._box)
        _indent(self._box)
        self._unit = rule.unit
        self._box.setRange(int(rule.low), int(rule.high))
        self._box.setSingleStep(int(rule.step))
        self._box.setGroupSeparatorShown(True)
        self._box.setSpecialValueText(lowest)
        self._box.valueChanged.connect(self._on_value_changed)

    @override
    def _show(self, value: int) -> None:
        # Setting an equal value would rewrite the text while the user types it.
        if value != self._box.value():
            self._box.setValue(value)
        _write_unit(self._box, self._unit)

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        _write_unit(self._box, self._unit)
        self.changed.emit(value)


class _TidySpinBox(QDoubleSpinBox):
    """Shows numbers without trailing zeros, and reads scientific notation such as `1e-4` too."""

    @override
    def textFromValue(self, value: float) -> str:
        return self.locale().toString(value, "g", 6)

    @override
    def valueFromText(self, text: str) -> float:
        return self._read(text)[0]

    @override
    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        value, is_number = self._read(text)
        inside = is_number and self.minimum() <= value <= self.maximum()
        state = QValidator.State.Acceptable if inside else QValidator.State.Intermediate
        if not set(text.removesuffix(self.suffix()).strip()) <= set("0123456789eE+-., \u00a0"):
            state = QValidator.State.Invalid
        return state, text, position

    def _read(self, text: str) -> tuple[float, bool]:
        return self.locale().toDouble(text.removesuffix(self.suffix()).strip())


class _Number(SettingControl):
    def __init__(self, rule: Limits, lowest: str, *, is_share: bool) -> None:
        self._box = _TidySpinBox()
        super().__init__(self._box)
        _indent(self._box)
        self._scale = PERCENT if is_share else 1.0
        self._unit = "%" if is_share else rule.unit
        self._box.setDecimals(1 if is_share or rule.unit else 9)
        self._box.setRange(rule.low * self._scale, rule.high * self._scale)
        self._box.setSingleStep(rule.step * self._scale)
        if rule.low > 0 and rule.high / rule.low > _WIDE_RANGE:
            self._box.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self._box.setSpecialValueText(lowest)
        _write_unit(self._box, self._unit)
        self._box.valueChanged.connect(self._on_value_changed)

    @override
    def _show(self, value: float) -> None:
        # As above; rewriting would also remove the decimal point that was just typed.
        if round(value * self._scale, 9) != round(self._box.value(), 9):
            self._box.setValue(value * self._scale)
        _write_unit(self._box, self._unit)

    @Slot(float)
    def _on_value_changed(self, value: float) -> None:
        _write_unit(self._box, self._unit)
        # 7 % is stored as 0.07, not as 0.07000000000000001, because people read recipe files too.
        self.changed.emit(round(value / self._scale, 12))


def _indent(box: QSpinBox | QDoubleSpinBox) -> None:
    """Begin the text where that of other fields begins; Qt puts it at the edge, whatever padding the style has."""
    box.lineEdit().setTextMargins(GRID, 0, 0, 0)


def _write_unit(box: QSpinBox | QDoubleSpinBox, unit: str) -> None:
    suffix = "°" if unit == "degrees" else f" {unit_of(unit, box.value())}".rstrip()
    if suffix != box.suffix():
        box.setSuffix(suffix)


def make_control(path: str, words: SettingWords) -> SettingControl:
    """Return the control for the setting at `path`, by the type and the rule of its field."""
    kind, rule = setting_rule(path)
    control: SettingControl
    if kind is bool:
        control = Switch(words.label)
    elif isinstance(rule, Choices):
        control = _Choice(rule, words.choices)
    elif isinstance(rule, Limits) and kind is int:
        control = _WholeNumber(rule, words.lowest)
    elif isinstance(rule, Limits):
        control = _Number(rule, words.lowest, is_share=is_share(path))
    else:
        control = BlockChoice(words.choices[""], is_empty_last=path == CUT_LAYER)
    control.widget.setObjectName(path)
    set_spoken(control.widget, setting_name(path))
    set_spoken_details(control.widget, words.help)
    set_tip(control.widget, words.help)
    if path in SETTING_TERMS:
        set_term(control.widget, SETTING_TERMS[path])
    return control
