"""The Train menu: trainings are started and stopped here, runs are managed, and curves are written to files."""

from tlgui.ui.results.run_actions import RunActions
from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.menus.menu import Menu, MenuTitle
from tlgui.ui.train.train_page import TrainPage
from tlgui.ui.widgets.action import Action


def train_menu(commands: Commands, page: TrainPage, run_actions: RunActions) -> Menu:
    """Return the menu.

    Args:
        commands: Owns the actions that are made here, and handles them.
        page: Holds the training under way and its curves.
        run_actions: The actions on the selected runs.
    """
    start = Action(
        commands,
        name="start",
        text="&Start training",
        handler=commands.start_training,
        enabled=lambda: page.can_start,
        shortcut="Ctrl+R",
        icon="start",
    )
    # Not Esc: pressed to close a list or a message, it would end hours of training.
    stop = Action(
        commands,
        name="stop",
        text="S&top",
        handler=commands.stop,
        enabled=commands.is_busy,
        shortcut="Ctrl+.",
        icon="stop",
    )
    save_plot = Action(
        commands,
        name="save-plot",
        text="Save &plot as…",
        handler=commands.save_plot,
        enabled=lambda: page.has_history,
        icon="image",
    )
    save_history = Action(
        commands,
        name="save-history",
        text="Save &numbers as CSV…",
        handler=commands.save_history,
        enabled=lambda: page.has_history,
        icon="table",
    )
    return Menu(MenuTitle.TRAIN, ((start, stop), run_actions.all, (save_plot, save_history)))
