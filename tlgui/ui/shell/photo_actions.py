"""The actions on photos and on classes, and Undo, for the one table of actions."""

from tlgui.ui.shell import photo_commands as do
from tlgui.ui.shell.action import Action, ListName, MenuTitle
from tlgui.ui.shell.commands import Commands

EDIT_ACTIONS: tuple[Action, ...] = (
    Action("undo", MenuTitle.EDIT, "&Undo", Commands.undo, Commands.can_undo, "Ctrl+Z", words=Commands.undo_words),
)

PHOTO_ACTIONS: tuple[Action, ...] = (
    Action("open-photo", MenuTitle.PHOTOS, "&Open photo", do.open_photo, do.has_photo, in_list=ListName.PHOTOS),
    Action(
        "show-photo-in-folder", MenuTitle.PHOTOS, "Show in &folder", do.reveal, do.has_photo, in_list=ListName.PHOTOS
    ),
    Action(
        "copy-photo-list",
        MenuTitle.PHOTOS,
        "&Copy names",
        do.copy_list,
        do.has_photo,
        "Ctrl+C",
        "copy",
        in_list=ListName.PHOTOS,
    ),
    Action(
        "select-all-photos",
        MenuTitle.PHOTOS,
        "&Select all",
        do.select_all,
        do.has_photos,
        "Ctrl+A",
        in_list=ListName.PHOTOS,
    ),
    Action(
        "leave-out",
        MenuTitle.PHOTOS,
        "&Leave out",
        do.leave_out,
        do.can_leave_out,
        "Ctrl+L",
        starts_group=True,
        in_list=ListName.PHOTOS,
    ),
    Action(
        "use-again", MenuTitle.PHOTOS, "&Use again", do.use_again, do.can_use_again, "Ctrl+U", in_list=ListName.PHOTOS
    ),
    Action(
        "move-to-class",
        MenuTitle.PHOTOS,
        "&Move to class…",
        do.move_to_class,
        do.can_move,
        "Ctrl+M",
        in_list=ListName.PHOTOS,
    ),
    Action("move-to-bin", MenuTitle.PHOTOS, "Move to &bin", do.move_to_bin, do.can_bin, "Del", in_list=ListName.PHOTOS),
    Action(
        "rename-class",
        MenuTitle.PHOTOS,
        "Show class under another &name",
        do.rename_class,
        do.can_rename_class,
        "F2",
        starts_group=True,
        in_list=ListName.CLASSES,
    ),
    Action("read-again", MenuTitle.PHOTOS, "&Read the folder again", do.read_again, do.can_read_again, "F5", "refresh"),
)
