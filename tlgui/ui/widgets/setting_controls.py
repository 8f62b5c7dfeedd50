"""One control for each kind of setting, and the binding that keeps controls and the session's recipe the same.

Ranges, steps, units and choices come from the recipe's fields; a control shows a value and says when it was changed.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, get_type_hints

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QWidget,
)
from typing_extensions import override

from tlgui.learning.recipe import Recipe
from tlgui.learning.rules import Choices, Limits
from tlgui.ui.session import Session
from tlgui.ui.widgets.setting_words import SettingWords

_PERCENT = 100.0
_WIDE_RANGE = 1e4


def recipe_value(recipe: Recipe, path: str) -> Any:  # noqa: ANN401 - settings are of four types
    """Return the setting at `path`, such as `"head.dense_units"`."""
    value: Any = recipe
    for name in path.split("."):
        value = getattr(value, name)
    return value


def with_setting(recipe: Recipe, path: str, value: Any) -> Recipe:  # noqa: ANN401 - settings are of four types
    """Return a copy of `recipe` with the setting at `path` replaced.

    Raises:
        SettingError: The value is against the setting's rule.
    """
    group, _, name = path.rpartition(".")
    if not group:
        return dataclasses.replace(recipe, **{name: value})
    changed = dataclasses.replace(recipe_value(recipe, group), **{name: value})
    return with_setting(recipe, group, changed)


def setting_rule(path: str) -> tuple[type, Limits | Choices | None]:
    """Return the type of the setting at `path` and the rule its field states."""
    owner: type = Recipe
    *groups, name = path.split(".")
    for group in groups:
        owner = get_type_hints(owner)[group]
    item = next(item for item in dataclasses.fields(owner) if item.name == name)
    return get_type_hints(owner)[name], item.metadata.get("rule")


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


class _Switch(SettingControl):
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


class _WholeNumber(SettingControl):
    def __init__(self, rule: Limits) -> None:
        self._box = QSpinBox()
        super().__init__(self._box)
        self._unit = rule.unit
        self._box.setRange(int(rule.low), int(rule.high))
        self._box.setSingleStep(int(rule.step))
        self._box.setGroupSeparatorShown(True)
        self._box.valueChanged.connect(self._on_value_changed)

    @override
    def _show(self, value: int) -> None:
        # Setting the same value again would write the text anew, under the hands of whoever is typing it.
        if value != self._box.value():
            self._box.setValue(value)
        self._write_unit()

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        self._write_unit()
        self.changed.emit(value)

    def _write_unit(self) -> None:
        unit = self._unit
        if unit.endswith("ies") and self._box.value() == 1:
            unit = unit.removesuffix("ies") + "y"
        elif self._box.value() == 1:
            unit = unit.removesuffix("s")
        suffix = f" {unit}" if unit else ""
        if suffix != self._box.suffix():
            self._box.setSuffix(suffix)


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
    def __init__(self, rule: Limits) -> None:
        self._box = _TidySpinBox()
        super().__init__(self._box)
        is_share = not rule.unit and rule.high <= 1
        self._scale = _PERCENT if is_share else 1.0
        self._box.setDecimals(1 if is_share or rule.unit else 9)
        self._box.setRange(rule.low * self._scale, rule.high * self._scale)
        self._box.setSingleStep(rule.step * self._scale)
        if rule.low > 0 and rule.high / rule.low > _WIDE_RANGE:
            self._box.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self._box.setSuffix(" %" if is_share else {"degrees": "°", "": ""}.get(rule.unit, f" {rule.unit}"))
        self._box.valueChanged.connect(self._on_value_changed)

    @override
    def _show(self, value: float) -> None:
        # As above; it would also tidy away the comma that has just been typed.
        if round(value * self._scale, 9) != round(self._box.value(), 9):
            self._box.setValue(value * self._scale)

    @Slot(float)
    def _on_value_changed(self, value: float) -> None:
        # 7 % is 0.07, not 0.07000000000000001: recipes are read by people too.
        self.changed.emit(round(value / self._scale, 12))


def make_control(path: str, words: SettingWords) -> SettingControl:
    """Return the control that fits the setting at `path`."""
    kind, rule = setting_rule(path)
    control: SettingControl
    if kind is bool:
        control = _Switch(words.label)
    elif isinstance(rule, Choices):
        control = _Choice(rule, words.choices)
    elif isinstance(rule, Limits):
        control = _WholeNumber(rule) if kind is int else _Number(rule)
    else:
        raise TypeError(f"no control for the setting “{path}”")
    control.widget.setObjectName(path)
    control.widget.setAccessibleName(words.label.replace("&", ""))
    control.widget.setAccessibleDescription(words.help)
    control.widget.setToolTip(words.help)
    return control


class RecipeBinder(QObject):
    """Keeps controls and the session's recipe the same, in both directions.

    Args:
        session: Holds the recipe.
        parent: The owner.
    """

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._controls: dict[str, SettingControl] = {}
        self._switches: list[tuple[str, str]] = []
        session.recipe_changed.connect(self._on_recipe_changed)

    def add_rows(self, layout: QFormLayout, table: Mapping[str, SettingWords]) -> None:
        """Put a control for each setting of `table` on the form, and bind it."""
        for path, words in table.items():
            control = make_control(path, words)
            if isinstance(control, _Switch):
                layout.addRow(control.widget)
            else:
                label = QLabel(words.label)
                label.setBuddy(control.widget)
                label.setToolTip(words.help)
                layout.addRow(label, control.widget)
            self._controls[path] = control
            control.show_value(recipe_value(self._session.recipe, path))
            control.changed.connect(lambda value, path=path: self._on_control_changed(path, value))

    def enable_with(self, path: str, switch: str) -> None:
        """Let the control of `path` be used only while the setting at `switch` is on."""
        self._switches.append((path, switch))
        self._on_recipe_changed()

    def _on_control_changed(self, path: str, value: object) -> None:
        self._session.set_recipe(with_setting(self._session.recipe, path, value))

    @Slot()
    def _on_recipe_changed(self) -> None:
        recipe = self._session.recipe
        for path, control in self._controls.items():
            control.show_value(recipe_value(recipe, path))
        for path, switch in self._switches:
            self._controls[path].widget.setEnabled(bool(recipe_value(recipe, switch)))
