"""The Photos menu; the photo grid and the class table show its actions in their context menus."""

from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.menus.menu import Menu, MenuTitle
from tlgui.ui.widgets.action import Action, offer_in_list


def photos_menu(commands: Commands, page: PhotosPage) -> Menu:
    """Return the menu, and offer its actions in the lists of the page.

    Args:
        commands: Owns the actions, and changes the page that is shown.
        page: Handles the actions.
    """
    looking, mending = _looking_actions(commands, page), _mending_actions(commands, page)

    def rename_class() -> None:
        commands.show_photos()
        page.view.table.rename()

    rename = Action(
        commands,
        name="rename-class",
        text="Re&name in tlgui…",
        handler=rename_class,
        enabled=page.can_rename_class,
        shortcut="F2",
    )
    read_again = Action(
        commands,
        name="read-again",
        text="&Refresh",
        handler=page.read_again,
        enabled=page.can_read_again,
        shortcut="F5",
        icon="refresh",
    )
    offer_in_list(page.browser.grid, looking)
    offer_in_list(page.browser.grid, mending)
    offer_in_list(page.view.table, (rename,))
    return Menu(MenuTitle.PHOTOS, (looking, mending, (rename, read_again)))


def _looking_actions(commands: Commands, page: PhotosPage) -> tuple[Action, ...]:
    browser = page.browser

    def select_all() -> None:
        commands.show_photos()
        browser.select_all()

    return (
        Action(
            commands,
            name="open-photo",
            text="&Open photo",
            handler=browser.open_photo,
            enabled=browser.has_current,
        ),
        Action(
            commands,
            name="show-photo-in-folder",
            text="Show in &folder",
            handler=browser.reveal,
            enabled=browser.has_current,
        ),
        Action(
            commands,
            name="copy-photo-list",
            text="&Copy names",
            handler=browser.copy_list,
            enabled=browser.has_current,
            shortcut="Ctrl+C",
            icon="copy",
        ),
        Action(
            commands,
            name="select-all-photos",
            text="&Select all",
            handler=select_all,
            enabled=lambda: bool(browser.grid.photos.items),
            shortcut="Ctrl+A",
        ),
    )


def _mending_actions(commands: Commands, page: PhotosPage) -> tuple[Action, ...]:
    browser = page.browser
    return (
        Action(
            commands,
            name="leave-out",
            text="&Leave out",
            handler=browser.leave_out,
            enabled=browser.can_leave_out,
            shortcut="Ctrl+L",
        ),
        Action(
            commands,
            name="use-again",
            text="&Use again",
            handler=browser.use_again,
            enabled=browser.can_use_again,
            shortcut="Ctrl+U",
        ),
        Action(
            commands,
            name="move-to-class",
            text="&Move to class…",
            handler=browser.move_to_class,
            enabled=browser.can_move,
            shortcut="Ctrl+M",
        ),
        Action(
            commands,
            name="confirm-class",
            text="Class is ri&ght",
            handler=browser.confirm,
            enabled=browser.can_confirm,
            shortcut="Ctrl+K",
            tip="The class of the selected photos is right: you are not asked about them again",
        ),
        Action(
            commands,
            name="move-to-bin",
            text="Move to &bin",
            handler=browser.move_to_bin,
            enabled=browser.can_bin,
            shortcut="Del",
        ),
    )
