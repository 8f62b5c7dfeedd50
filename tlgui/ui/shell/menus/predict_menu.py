"""The Predict menu: photos are chosen or pasted here, and predictions are written to a table."""

from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.menus.menu import Menu, MenuTitle
from tlgui.ui.widgets.action import Action


def predict_menu(commands: Commands, save_predictions: Action) -> Menu:
    """Return the menu.

    Args:
        commands: Owns the actions that are made here, and handles them.
        save_predictions: The action of the Predict page that writes its list.
    """
    open_photos = Action(
        commands,
        name="open-photos",
        text="&Open photos…",
        handler=commands.choose_photos,
        enabled=commands.can_predict,
        shortcut="Ctrl+P",
        icon="photos",
    )
    open_folder = Action(
        commands,
        name="open-photo-folder",
        text="Open a &folder of photos…",
        handler=commands.choose_photo_folder,
        enabled=commands.can_predict,
        shortcut="Ctrl+Shift+P",
        icon="folder",
    )
    paste = Action(
        commands,
        name="paste",
        text="&Paste an image",
        handler=commands.paste_image,
        enabled=commands.can_predict,
        shortcut="Ctrl+V",
        icon="paste",
    )
    return Menu(MenuTitle.PREDICT, ((open_photos, open_folder, paste), (save_predictions,)))
