"""The rows of the recipe's form, each a label, a control and a notice, bound to the session's recipe."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFormLayout, QWidget

from tlgui.learning.recipes.recipe import Recipe
from tlgui.ui.recipes.setting_values import is_offered, recipe_value, with_setting
from tlgui.ui.recipes.setting_words import SETTING_TERMS, SettingWords
from tlgui.ui.session.session import Session
from tlgui.ui.train.setting_controls import BlockChoice, Switch, make_control
from tlgui.ui.train.setting_fit import CUT_LAYER, WHEN_TUNED, block_names, tuning_blocks, with_cut, with_tuning
from tlgui.ui.train.setting_notices import NOTICED, notice
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_tip
from tlgui.ui.widgets.terms import with_term_button
from tlgui.ui.widgets.tinted_bar import TintedBar, plain_label
from tlgui.ui.widgets.tokens import Accent


def form_rows(owner: QWidget | None = None) -> QFormLayout:
    """Return a form layout that moves labels above their controls where the width does not suffice."""
    rows = QFormLayout(owner) if owner is not None else QFormLayout()
    rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return rows


class SettingNotice(TintedBar):
    """A sentence below a control; hidden while it is empty."""

    def __init__(self) -> None:
        super().__init__(Accent.WARNING, "warning")
        self.text = plain_label()
        self.row.addWidget(self.text, 1)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show `sentence`; an empty one hides the notice."""
        self.text.setText(sentence)
        set_spoken(self, sentence)
        self.setVisible(bool(sentence))


class _Row:
    """One setting on the form: label, control and notice.

    Args:
        path: The path of the setting in the recipe.
        words: Its texts.
    """

    def __init__(self, path: str, words: SettingWords) -> None:
        self._path = path
        self.control = make_control(path, words)
        self._label: PlainLabel | None = None
        if not isinstance(self.control, Switch):
            self._label = PlainLabel(words.label)
            self._label.setBuddy(self.control.widget)
            set_tip(self._label, words.help)
        self.notice = SettingNotice() if path in NOTICED else None

    def add_to(self, layout: QFormLayout) -> None:
        """Append the row to the form."""
        shown = self._label or self.control.widget
        if self._path in SETTING_TERMS:
            shown = with_term_button(shown, SETTING_TERMS[self._path])
        if self._label is None:
            layout.addRow(shown)
        else:
            layout.addRow(shown, self.control.widget)
        if self.notice is not None:
            layout.addRow(self.notice)

    def show_recipe(self, recipe: Recipe) -> None:
        """Show the value of the setting, and enable the control if the recipe uses it."""
        value = recipe_value(recipe, self._path)
        if isinstance(self.control, BlockChoice):
            is_cut = self._path == CUT_LAYER
            self.control.offer(block_names(recipe.backbone) if is_cut else tuning_blocks(recipe), value)
        self.control.show_value(value)
        is_enabled = is_offered(recipe, self._path)
        for widget in (self.control.widget, self._label):
            if widget is not None:
                widget.setEnabled(is_enabled)
        if self.notice is not None:
            self.notice.say(notice(recipe, self._path))


class RecipeBinder(QObject):
    """Binds controls to the session's recipe, in both directions.

    A control is disabled while the recipe does not use its setting.

    Args:
        session: Holds the recipe.
        parent: The owner.
    """

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: dict[str, _Row] = {}
        session.recipe_changed.connect(self._on_recipe_changed)

    def add_rows(self, layout: QFormLayout, table: Mapping[str, SettingWords]) -> None:
        """Append a bound row for each setting of `table` to the form."""
        for path, words in table.items():
            row = _Row(path, words)
            row.add_to(layout)
            self._rows[path] = row
            row.show_recipe(self._session.recipe)
            row.control.changed.connect(lambda value, path=path: self._on_control_changed(path, value))

    def _on_control_changed(self, path: str, value: object) -> None:
        recipe = self._session.recipe
        if path == CUT_LAYER:
            changed = with_cut(recipe, str(value))
        elif path == WHEN_TUNED:
            changed = with_tuning(recipe, str(value))
        else:
            changed = with_setting(recipe, path, value)
        self._session.set_recipe(changed)

    @Slot()
    def _on_recipe_changed(self) -> None:
        for row in self._rows.values():
            row.show_recipe(self._session.recipe)
