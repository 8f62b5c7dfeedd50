"""The Help menu."""

from PySide6.QtGui import QAction

from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.guide import Guide
from tlgui.ui.shell.menus.menu import Menu, MenuTitle
from tlgui.ui.widgets.action import Action


def help_menu(commands: Commands, guide: Guide) -> Menu:
    """Return the menu.

    Args:
        commands: Owns the actions.
        guide: Opens the guide.
    """
    here = Action(
        commands, name="guide", text="&Help with this page", handler=guide.show_here, shortcut="F1", icon="help"
    )
    words = Action(commands, name="words", text="&Words explained", handler=guide.show_words)
    about = Action(
        commands,
        name="about",
        text="&About tlgui",
        handler=commands.about,
        icon="info",
        role=QAction.MenuRole.AboutRole,
    )
    return Menu(MenuTitle.HELP, ((here, words), (about,)))
