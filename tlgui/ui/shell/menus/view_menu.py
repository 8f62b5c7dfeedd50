"""The View menu: the four pages, and the way to what comes and goes on them."""

import functools

from tlgui.ui.shell.bar_focus import BarFocus
from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.menus.menu import Menu, MenuTitle
from tlgui.ui.shell.step_list import Step
from tlgui.ui.widgets.action import Action


def view_menu(commands: Commands, bars: BarFocus) -> Menu:
    """Return the menu.

    Args:
        commands: Owns the actions, and handles those that show pages.
        bars: Leads the focus to messages and notices.
    """
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
    go_to_message = Action(
        commands, name="view-message", text="Go to the &message", handler=bars.go, shortcut="F6", icon="info"
    )
    return Menu(MenuTitle.VIEW, (actions, (go_to_message,)))
