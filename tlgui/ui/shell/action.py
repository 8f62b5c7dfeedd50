"""What an action is: one thing the user can ask for, in a menu, by keys, or from a list."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtGui import QAction

from tlgui.ui.shell.commands import Commands


class MenuTitle(Enum):
    """The menus, in order."""

    FILE = "&File"
    EDIT = "&Edit"
    PHOTOS = "Ph&otos"
    TRAIN = "&Train"
    PREDICT = "&Predict"
    VIEW = "&View"
    HELP = "&Help"


class ListName(Enum):
    """The lists that offer actions in a menu of their own, whose keys work in that list alone."""

    RUNS = "runs"
    PHOTOS = "photos"
    CLASSES = "classes"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can ask for.

    Args:
        id: Its name in code and tests.
        menu: Where it stands.
        text: What it says, with the mnemonic.
        callback: What it does.
        enabled: When it can work.
        shortcut: Its keys, as Qt writes them.
        icon: A file in `resources/icons`; empty for none.
        in_toolbar: Whether it is a button above the page as well.
        starts_group: Whether a line stands before it.
        role: Where macOS puts it.
        in_list: The list in whose menu it stands too, so that its keys work in that list alone.
        words: What it says at present, where that depends on what it would do; None for `text`.
    """

    id: str
    menu: MenuTitle
    text: str
    callback: Callable[[Commands], None]
    enabled: Callable[[Commands], bool] = Commands.always
    shortcut: str = ""
    icon: str = ""
    in_toolbar: bool = False
    starts_group: bool = False
    role: QAction.MenuRole = QAction.MenuRole.NoRole
    in_list: ListName | None = None
    words: Callable[[Commands], str] | None = None


@dataclass(frozen=True, slots=True)
class RecentMenu:
    """A submenu of files or folders used before.

    Args:
        id: Its name in code and tests.
        menu: Where it stands.
        text: What it says, with the mnemonic.
        paths: What it offers.
        callback: What choosing one does.
        enabled: When it can work, given that there is anything to offer.
    """

    id: str
    menu: MenuTitle
    text: str
    paths: Callable[[Commands], tuple[Path, ...]]
    callback: Callable[[Commands, Path], None]
    enabled: Callable[[Commands], bool] = Commands.is_idle
