"""The window's menus and toolbar, made from the table of actions, and kept in step with what can work."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QWidget

from tlgui.photos.names import shown_name
from tlgui.ui.shell.action import Action, ListName, MenuTitle, RecentMenu
from tlgui.ui.shell.actions import ACTIONS
from tlgui.ui.shell.commands import Commands
from tlgui.ui.text.model_words import MODEL_SUFFIX, path_title
from tlgui.ui.widgets.icons import themed_icon
from tlgui.ui.widgets.plain_text import set_tip, without_key


class ActionTable:
    """The window's menus and toolbar, made from the table.

    Args:
        window: Gets the menus and the toolbar.
        commands: Does what is asked.
    """

    def __init__(self, window: QMainWindow, commands: Commands) -> None:
        self._window = window
        self._commands = commands
        self._actions: dict[str, tuple[Action, QAction]] = {}
        self._recent: dict[str, tuple[RecentMenu, QMenu]] = {}
        self._shown: dict[str, tuple[tuple[Path, ...], tuple[str, ...]]] = {}
        self._toolbar = self._make_toolbar()
        menus = {title: window.menuBar().addMenu(title.value) for title in MenuTitle}
        for entry in ACTIONS:
            menu = menus[entry.menu]
            if isinstance(entry, Action):
                self._add_action(entry, menu)
            else:
                submenu = menu.addMenu(entry.text)
                submenu.setToolTipsVisible(True)
                self._recent[entry.id] = (entry, submenu)
        self.draw_icons(window.palette())
        self.refresh()

    def action(self, action_id: str) -> QAction:
        """Return the Qt action of an entry, for tests and buttons."""
        return self._actions[action_id][1]

    def recent_menu(self, menu_id: str) -> QMenu:
        """Return the submenu of an entry."""
        return self._recent[menu_id][1]

    def attach(self, name: ListName, view: QWidget) -> None:
        """Make a list offer what can be done with what is selected in it, and take the keys for it."""
        for entry, action in self._actions.values():
            if entry.in_list is name:
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                view.addAction(action)

    def refresh(self) -> None:
        """Enable what can work now, and bring the recent lists up to date."""
        for entry, action in self._actions.values():
            action.setEnabled(entry.enabled(self._commands))
            if entry.words is not None:
                action.setText(entry.words(self._commands))
                # What Qt makes of it by itself may look like markup.
                set_tip(action, action.iconText())
        for recent, menu in self._recent.values():
            paths = recent.paths(self._commands)
            menu.setEnabled(bool(paths) and recent.enabled(self._commands))
            names = tuple(_short_names(paths))
            if (paths, names) != self._shown.get(recent.id):
                self._shown[recent.id] = (paths, names)
                self._fill(recent, menu, zip(paths, names, strict=True))

    def draw_icons(self, palette: QPalette) -> None:
        """Draw the icons in the colours of `palette`."""
        for entry, action in self._actions.values():
            if entry.icon:
                action.setIcon(themed_icon(entry.icon, palette))

    def _make_toolbar(self) -> QToolBar:
        toolbar = QToolBar("Toolbar", self._window)
        toolbar.setObjectName("toolbar")
        toolbar.setMovable(False)
        toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        side = round(self._window.fontMetrics().height() * 1.2)
        toolbar.setIconSize(QSize(side, side))
        toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._window.addToolBar(toolbar)
        return toolbar

    def _add_action(self, entry: Action, menu: QMenu) -> None:
        action = QAction(entry.text, self._window)
        action.setObjectName(entry.id)
        action.setMenuRole(entry.role)
        if entry.shortcut:
            action.setShortcut(QKeySequence(entry.shortcut))
        action.triggered.connect(lambda: entry.callback(self._commands))
        self._actions[entry.id] = (entry, action)
        if entry.starts_group:
            menu.addSeparator()
        menu.addAction(action)
        if entry.in_toolbar:
            self._toolbar.addAction(action)

    def _fill(self, recent: RecentMenu, menu: QMenu, offered: Iterable[tuple[Path, str]]) -> None:
        menu.clear()
        for path, text in offered:
            action = menu.addAction(without_key(text))
            action.setData(path)
            set_tip(action, str(path))
            action.triggered.connect(lambda _checked=False, chosen=path: recent.callback(self._commands, chosen))


def _short_names(paths: tuple[Path, ...]) -> Iterator[str]:
    """Yield each path's name, with its folder where the name alone is not enough."""
    names = [path_title(path) if path.suffix == MODEL_SUFFIX else shown_name(path) for path in paths]
    for path, name in zip(paths, names, strict=True):
        yield name if names.count(name) == 1 else f"{name} — {path.parent}"
