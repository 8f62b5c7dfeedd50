"""The View menu: the four pages."""

import functools

from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.menus.menu import Menu, MenuTitle
from tlgui.ui.shell.step_list import Step
from tlgui.ui.widgets.action import Action


def view_menu(commands: Commands) -> Menu:
    """Return the menu; `commands` owns its actions and handles them."""
    pages = (
        ("view-photos", "&Photos", Step.PHOTOS),
        ("view-train", "&Train", Step.TRAIN),
        ("view-results", "&Results", Step.RESULTS),
        ("view-predict", "Pr&edict", Step.PREDICT),
    )
    actions = tuple(
        Action(
            commands,
            name=name,
            text=text,
            handler=functools.partial(commands.enter, step),
            shortcut=f"Ctrl+{step.value + 1}",
            icon=step.icon,
        )
        for name, text, step in pages
    )
    return Menu(MenuTitle.VIEW, (actions,))
