"""The menu bar of the window, built from the menus and kept in step with what can be done."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QMainWindow, QMenu

from tlgui.photos.names import shown_name
from tlgui.ui.shell.menus.menu import Menu, RecentPaths
from tlgui.ui.text.model_words import MODEL_SUFFIX, path_title
from tlgui.ui.widgets.action import Action
from tlgui.ui.widgets.plain_text import set_tip, without_key


class MenuBar:
    """Builds the menu bar of a window.

    Attributes:
        menus: The menus, in order.
        actions: Every action in them, by its name.

    Args:
        window: Gets the menu bar.
        menus: The menus, in order.
    """

    def __init__(self, window: QMainWindow, menus: Sequence[Menu]) -> None:
        self.menus = tuple(menus)
        self.actions: dict[str, Action] = {}
        self._recent: list[tuple[RecentPaths, QMenu]] = []
        self._shown: dict[str, tuple[tuple[Path, ...], tuple[str, ...]]] = {}
        for menu in self.menus:
            shown = window.menuBar().addMenu(menu.title.value)
            self._add_menu(menu, shown)
            # Not all icons while the window is being built.
            shown.aboutToShow.connect(functools.partial(self._draw_icons_of, menu, window))
        self.refresh()

    def refresh(self) -> None:
        """Enable what can be done now, and bring the submenus of recently used paths up to date."""
        for action in self.actions.values():
            action.refresh()
        for recent, menu in self._recent:
            paths = recent.paths()
            menu.setEnabled(bool(paths) and recent.enabled())
            names = tuple(_short_names(paths))
            if (paths, names) != self._shown.get(recent.name):
                self._shown[recent.name] = (paths, names)
                _fill(menu, recent, zip(paths, names, strict=True))

    def draw_icons(self, palette: QPalette) -> None:
        """Draw the icons in the colours of `palette`."""
        for action in self.actions.values():
            action.draw_icon(palette)

    def _draw_icons_of(self, menu: Menu, window: QMainWindow) -> None:
        for action in menu.entries:
            if isinstance(action, Action) and action.icon().isNull():
                action.draw_icon(window.palette())

    def _add_menu(self, menu: Menu, shown: QMenu) -> None:
        for place, group in enumerate(menu.groups):
            if place:
                shown.addSeparator()
            for entry in group:
                if isinstance(entry, Action):
                    self.actions[entry.objectName()] = entry
                    shown.addAction(entry)
                else:
                    submenu = shown.addMenu(entry.text)
                    submenu.setToolTipsVisible(True)
                    submenu.setObjectName(entry.name)
                    self._recent.append((entry, submenu))


def _fill(menu: QMenu, recent: RecentPaths, offered: Iterable[tuple[Path, str]]) -> None:
    menu.clear()
    for path, text in offered:
        action = menu.addAction(without_key(text))
        action.setData(path)
        set_tip(action, str(path))
        action.triggered.connect(lambda _checked=False, chosen=path: recent.handler(chosen))


def _short_names(paths: tuple[Path, ...]) -> Iterator[str]:
    """Yield the name of each path, with its folder where another path has the same name."""
    names = [path_title(path) if path.suffix == MODEL_SUFFIX else shown_name(path) for path in paths]
    for path, name in zip(paths, names, strict=True):
        yield name if names.count(name) == 1 else f"{name} — {path.parent}"
