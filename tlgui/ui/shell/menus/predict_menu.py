"""The Predict menu: photos are chosen or pasted here, decided about, sorted into folders, and written to a table."""

from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.menus.menu import Menu, MenuTitle
from tlgui.ui.shell.predict_commands import PredictCommands
from tlgui.ui.widgets.action import Action


def predict_menu(commands: Commands, predict: PredictCommands, page: PredictPage) -> Menu:
    """Return the menu.

    Args:
        commands: Owns the actions that are made here, and handles them.
        predict: Handles those about photos of the board.
        page: Has the actions about its photos.
    """
    sorting = predict.sorts
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
    sort = Action(
        commands,
        name="sort",
        text="So&rt into folders…",
        button_text="Sort into fol&ders…",
        tip="Copy or move the photos into a folder for each class",
        handler=sorting.ask,
        enabled=sorting.can_sort,
        shortcut="Ctrl+Shift+F",
        icon="folder",
    )
    go_on = Action(
        commands,
        name="go-on-sorting",
        text="&Go on sorting",
        handler=sorting.go_on,
        enabled=sorting.can_go_on,
        current_text=sorting.go_on_text,
    )
    watch = Action(
        commands,
        name="watch-folder",
        text="&Watch a folder…",
        handler=predict.ask_watch,
        enabled=predict.watching.can_ask,
        icon="folder",
        tip="Name photos by themselves as they come into a folder",
    )
    page.offer(sort)
    photos = page.photo_actions
    asked = ((open_photos, open_folder, paste, watch), photos.deciding, photos.looking, photos.taking)
    return Menu(MenuTitle.PREDICT, (*asked, (page.corrections.add, sort, go_on), (page.save_action,)))
