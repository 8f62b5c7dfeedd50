"""What a menu consists of: groups of actions and of submenus with paths used before."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tlgui.ui.widgets.action import Action


class MenuTitle(Enum):
    """The titles of the menus, in order, with their mnemonics."""

    FILE = "&File"
    EDIT = "&Edit"
    PHOTOS = "Ph&otos"
    TRAIN = "&Train"
    PREDICT = "&Predict"
    VIEW = "&View"
    HELP = "&Help"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentPaths:
    """A submenu of files or folders used before.

    Args:
        name: Its identifier in code and tests.
        text: Its text, with the mnemonic after `&`.
        paths: Returns the paths to offer, the last used one first.
        handler: Called with the path that was chosen.
        enabled: Returns whether a path can be chosen now.
    """

    name: str
    text: str
    paths: Callable[[], tuple[Path, ...]]
    handler: Callable[[Path], None]
    enabled: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu.

    Args:
        title: Its title.
        groups: Its entries; a line stands between two groups.
    """

    title: MenuTitle
    groups: tuple[tuple[Action | RecentPaths, ...], ...]

    @property
    def entries(self) -> tuple[Action | RecentPaths, ...]:
        """All entries, in order."""
        return tuple(entry for group in self.groups for entry in group)
