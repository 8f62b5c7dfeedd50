"""The Help menu."""

from PySide6.QtGui import QAction

from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.menus.menu import Menu, MenuTitle
from tlgui.ui.widgets.action import Action


def help_menu(commands: Commands) -> Menu:
    """Return the menu; `commands` owns its action and handles it."""
    about = Action(
        commands,
        name="about",
        text="&About tlgui",
        handler=commands.about,
        icon="info",
        role=QAction.MenuRole.AboutRole,
    )
    return Menu(MenuTitle.HELP, ((about,),))
