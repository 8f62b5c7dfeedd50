"""One control for each kind of setting.

Ranges, steps, units and choices come from the recipe's fields; a control shows a value and says when it was changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
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
from tlgui.ui.recipes.setting_words import SettingWords, setting_name
from tlgui.ui.train.setting_fit import CUT_LAYER
from tlgui.ui.widgets.plain_text import set_spoken, set_spoken_details, set_tip

_WIDE_RANGE = 1e4


class SettingControl(QObject):
    """A widget that edits one value.

    Args:
        widget: What the user works with.
    """

    changed = Signal(object)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.widget = widget
        # The wheel scrolls the form; it changes a value only where the user put the focus.
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        widget.installEventFilter(self)

    def show_value(self, value: Any) -> None:  # noqa: ANN401 - each control knows its type
        """Show `value` without saying that it changed."""
        self.widget.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._show(value)
        self.widget.blockSignals(False)  # noqa: FBT003 - Qt's signature

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not self.widget.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _show(self, value: Any) -> None:  # noqa: ANN401 - each control knows its type
        raise NotImplementedError


class Switch(SettingControl):
    """On or off; it carries its label itself."""

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
        self._box = QComboBox()
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
    """One of the backbone's blocks, or none of them; a layer that only a loaded recipe names is shown too.

    Args:
        empty: What no block is called.
        is_empty_last: Whether that stands behind the last block, instead of before the first.
    """

    def __init__(self, empty: str, *, is_empty_last: bool) -> None:
        self._box = QComboBox()
        super().__init__(self._box)
        self._empty = empty
        self._is_empty_last = is_empty_last
        self._offered: list[str] = []
        self._box.currentIndexChanged.connect(self._on_index_changed)

    def offer(self, blocks: Sequence[str], value: str) -> None:
        """Offer `blocks`, and `value` where it is not among them; no signal says so."""
        offered = [*blocks, ""] if self._is_empty_last else ["", *blocks]
        if value not in offered:
            offered.append(value)
        if offered == self._offered:
            return
        self._offered = offered
        self._box.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._box.clear()
        for name in offered:
            self._box.addItem(one_line(name) or self._empty, name)
        self._box.blockSignals(False)  # noqa: FBT003 - Qt's signature

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
        self._unit = rule.unit
        self._box.setRange(int(rule.low), int(rule.high))
        self._box.setSingleStep(int(rule.step))
        self._box.setGroupSeparatorShown(True)
        self._box.setSpecialValueText(lowest)
        self._box.valueChanged.connect(self._on_value_changed)

    @override
    def _show(self, value: int) -> None:
        # Setting the same value again would write the text anew, under the hands of whoever is typing it.
        if value != self._box.value():
            self._box.setValue(value)
        _write_unit(self._box, self._unit)

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        _write_unit(self._box, self._unit)
        self.changed.emit(value)


class _TidySpinBox(QDoubleSpinBox):
    """Writes numbers without the zeros at their end, and reads them in any notation, `1e-4` too."""

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
        # As above; it would also tidy away the comma that has just been typed.
        if round(value * self._scale, 9) != round(self._box.value(), 9):
            self._box.setValue(value * self._scale)
        _write_unit(self._box, self._unit)

    @Slot(float)
    def _on_value_changed(self, value: float) -> None:
        _write_unit(self._box, self._unit)
        # 7 % is 0.07, not 0.07000000000000001: recipes are read by people too.
        self.changed.emit(round(value / self._scale, 12))


def _write_unit(box: QSpinBox | QDoubleSpinBox, unit: str) -> None:
    suffix = "°" if unit == "degrees" else f" {unit_of(unit, box.value())}".rstrip()
    if suffix != box.suffix():
        box.setSuffix(suffix)


def make_control(path: str, words: SettingWords) -> SettingControl:
    """Return the control that fits the setting at `path`."""
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
    return control
