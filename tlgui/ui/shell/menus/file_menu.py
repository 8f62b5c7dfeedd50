"""The File menu: collections and models are opened here, and models are saved and exported."""

from PySide6.QtGui import QAction

from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.menus.menu import Menu, MenuTitle, RecentPaths
from tlgui.ui.widgets.action import Action


def file_menu(commands: Commands) -> Menu:
    """Return the menu; `commands` owns its actions and handles them."""
    return Menu(
        MenuTitle.FILE,
        (
            (
                Action(
                    commands,
                    name="open-folder",
                    text="&Open folder…",
                    handler=commands.choose_folder,
                    enabled=commands.is_idle,
                    shortcut="Ctrl+O",
                    icon="folder",
                ),
                RecentPaths(
                    name="recent-folders",
                    text="&Recent folders",
                    paths=commands.recent_folders,
                    handler=commands.open_folder,
                    enabled=commands.is_idle,
                ),
                Action(
                    commands,
                    name="samples",
                    text="&Try it with sample photos…",
                    handler=commands.draw_samples,
                    enabled=commands.is_idle,
                    icon="samples",
                ),
            ),
            (
                Action(
                    commands,
                    name="open-model",
                    text="Open &model…",
                    handler=commands.choose_model,
                    enabled=commands.is_idle,
                    shortcut="Ctrl+Shift+O",
                    icon="model",
                ),
                RecentPaths(
                    name="recent-models",
                    text="Recent mo&dels",
                    paths=commands.recent_models,
                    handler=commands.open_model,
                    enabled=commands.is_idle,
                ),
                Action(
                    commands,
                    name="save-model",
                    text="&Save model as…",
                    handler=commands.save_model,
                    enabled=commands.can_use_model,
                    shortcut="Ctrl+S",
                    icon="save",
                    button_text="Save",
                    tip="Save the model in use as a file",
                ),
                Action(
                    commands,
                    name="export-model",
                    text="&Export model…",
                    handler=commands.export_model,
                    enabled=commands.can_use_model,
                    shortcut="Ctrl+E",
                    icon="export",
                    button_text="Export",
                    tip="Write the model in use for other programs",
                ),
                Action(
                    commands,
                    name="save-report",
                    text="Save re&port…",
                    handler=commands.report_saving.ask,
                    enabled=commands.can_use_model,
                    icon="results",
                    tip="Write what the model is, how good it is, and what it should not be used for",
                ),
            ),
            (
                Action(
                    commands,
                    name="quit",
                    text="&Quit",
                    handler=commands.quit,
                    shortcut="Ctrl+Q",
                    icon="quit",
                    role=QAction.MenuRole.QuitRole,
                ),
            ),
        ),
    )
