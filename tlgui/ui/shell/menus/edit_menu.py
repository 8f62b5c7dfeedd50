"""The Edit menu: Undo, for changes to photos and for deleted runs."""

from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.menus.menu import Menu, MenuTitle
from tlgui.ui.widgets.action import Action


def edit_menu(commands: Commands) -> Menu:
    """Return the menu; `commands` owns its action and handles it."""
    undo = Action(
        commands,
        name="undo",
        text="&Undo",
        handler=commands.undo,
        enabled=commands.can_undo,
        current_text=commands.undo_text,
        shortcut="Ctrl+Z",
    )
    return Menu(MenuTitle.EDIT, ((undo,),))
