"""The View menu: the four pages."""

from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.menus.menu import Menu, MenuTitle
from tlgui.ui.widgets.action import Action


def view_menu(commands: Commands) -> Menu:
    """Return the menu; `commands` owns its actions and handles them."""
    pages = (
        ("view-photos", "&Photos", commands.show_photos, "photos"),
        ("view-train", "&Train", commands.show_train, "train"),
        ("view-results", "&Results", commands.show_results, "results"),
        ("view-predict", "Pr&edict", commands.show_predict, "predict"),
    )
    actions = tuple(
        Action(commands, name=name, text=text, handler=show, shortcut=f"Ctrl+{number}", icon=icon)
        for number, (name, text, show, icon) in enumerate(pages, start=1)
    )
    return Menu(MenuTitle.VIEW, (actions,))
