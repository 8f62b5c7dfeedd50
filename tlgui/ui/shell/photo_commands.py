"""What can be done with photos and classes when asked: one function for each action, and one that says when it can."""

from tlgui.ui.shell.commands import Commands


def has_photo(commands: Commands) -> bool:
    """Return whether the keyboard is at a photo."""
    return commands.pages.photos.browser.has_current()


def has_photos(commands: Commands) -> bool:
    """Return whether photos are shown."""
    return bool(commands.pages.photos.browser.grid.photos.items)


def can_leave_out(commands: Commands) -> bool:
    """Return whether a photo is selected that is used."""
    return commands.pages.photos.browser.can_leave_out()


def can_use_again(commands: Commands) -> bool:
    """Return whether a photo is selected that was left out."""
    return commands.pages.photos.browser.can_use_again()


def can_move(commands: Commands) -> bool:
    """Return whether photos are selected that can go to another class."""
    return commands.pages.photos.browser.can_move()


def can_bin(commands: Commands) -> bool:
    """Return whether files are selected."""
    return commands.pages.photos.browser.can_bin()


def can_rename_class(commands: Commands) -> bool:
    """Return whether one class is chosen."""
    return commands.pages.photos.can_rename_class()


def can_read_again(commands: Commands) -> bool:
    """Return whether there is a folder to read again."""
    return commands.pages.photos.can_read_again()


def open_photo(commands: Commands) -> None:
    """Show a photo as large as the window."""
    commands.pages.photos.browser.open_photo()


def reveal(commands: Commands) -> None:
    """Show a photo in the system's file manager."""
    commands.pages.photos.browser.reveal()


def copy_list(commands: Commands) -> None:
    """Copy where the selected files are."""
    commands.pages.photos.browser.copy_list()


def select_all(commands: Commands) -> None:
    """Select all photos that are shown."""
    commands.show_photos()
    commands.pages.photos.browser.select_all()


def leave_out(commands: Commands) -> None:
    """Leave the selected photos out."""
    commands.pages.photos.browser.leave_out()


def use_again(commands: Commands) -> None:
    """Use the selected photos again."""
    commands.pages.photos.browser.use_again()


def move_to_class(commands: Commands) -> None:
    """Ask for a class, and move the selected photos there."""
    commands.pages.photos.browser.move_to_class()


def move_to_bin(commands: Commands) -> None:
    """Ask, and move the selected files to the system's bin."""
    commands.pages.photos.browser.move_to_bin()


def rename_class(commands: Commands) -> None:
    """Let the user type what the chosen class is to be shown as."""
    commands.show_photos()
    commands.pages.photos.view.table.rename()


def read_again(commands: Commands) -> None:
    """Read the folder again."""
    commands.pages.photos.read_again()
