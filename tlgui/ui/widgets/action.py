"""Actions declared once and shown everywhere: in menus, context menus and on buttons.

Each of these shows the same `QAction`, so that text, shortcut and enabled state cannot differ between them. The state
is read on signals of the session and the pages, by `refresh`; no action polls.
"""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtWidgets import QWidget

from tlgui.ui.widgets.icons import themed_icon
from tlgui.ui.widgets.plain_text import set_tip


class Action(QAction):
    """A `QAction` whose enabled state and text come from functions.

    Args:
        parent: The owner.
        name: Its identifier in code and tests.
        text: The text in menus, with the mnemonic after `&`.
        handler: Called when it is triggered.
        enabled: Returns whether it can be triggered now; None for always.
        current_text: Returns the text in menus where that depends on what the action would do; None where `text`
            never changes.
        shortcut: The keys as Qt writes them, such as `"Ctrl+S"`; empty for none.
        icon: The name of a file in `resources/icons`; empty for none.
        button_text: The text on buttons, with a mnemonic; empty for `text` without its mnemonic.
        tip: What it does, for the tooltip of a button and for screen readers; empty for the text.
        role: The place of the action in the menus of macOS.
    """

    def __init__(
        self,
        parent: QObject,
        *,
        name: str,
        text: str,
        handler: Callable[[], object],
        enabled: Callable[[], bool] | None = None,
        current_text: Callable[[], str] | None = None,
        shortcut: str = "",
        icon: str = "",
        button_text: str = "",
        tip: str = "",
        role: QAction.MenuRole = QAction.MenuRole.NoRole,
    ) -> None:
        super().__init__(text, parent)
        self.setObjectName(name)
        self.setMenuRole(role)
        if shortcut:
            self.setShortcut(QKeySequence(shortcut))
        if not button_text and text.endswith("…"):
            # Qt would leave out that a question follows.
            button_text = text.replace("&", "")
        if button_text:
            self.setIconText(button_text)
        if tip:
            set_tip(self, tip)
        self.tip = tip
        self._handler = handler
        self._enabled = enabled
        self._current_text = current_text
        self._icon = icon
        self.triggered.connect(self._on_triggered)

    def refresh(self) -> None:
        """Read the enabled state and the text anew."""
        if self._enabled is not None:
            self.setEnabled(self._enabled())
        if self._current_text is not None:
            self.setText(self._current_text())
            # The tooltip that Qt derives from the text may look like markup.
            set_tip(self, self.iconText())

    def draw_icon(self, palette: QPalette) -> None:
        """Draw the icon in the colours of `palette`."""
        if self._icon:
            self.setIcon(themed_icon(self._icon, palette))

    @Slot()
    def _on_triggered(self) -> None:
        # Between two refreshes the shown state may be out of date.
        if self._enabled is None or self._enabled():
            self._handler()


def offer_in_list(view: QWidget, actions: Iterable[QAction]) -> None:
    """Offer `actions` in the context menu of a list, below a line; their shortcuts work while it has the focus."""
    if view.actions():
        line = QAction(view)
        line.setSeparator(True)
        view.addAction(line)
    for action in actions:
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        view.addAction(action)
