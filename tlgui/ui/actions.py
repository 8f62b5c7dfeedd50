"""The one table of actions: menus, toolbar and shortcuts are all built from it, and enabled by it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QWidget

from tlgui.ui.commands import Commands
from tlgui.ui.icons import themed_icon
from tlgui.ui.model_words import MODEL_SUFFIX, path_title


class MenuTitle(Enum):
    """The menus, in order."""

    FILE = "&File"
    TRAIN = "&Train"
    PREDICT = "&Predict"
    VIEW = "&View"
    HELP = "&Help"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can ask for.

    Args:
        id: Its name in code and tests.
        menu: Where it stands.
        text: What it says, with the mnemonic.
        callback: What it does.
        enabled: When it can work.
        shortcut: Its keys, as Qt writes them.
        icon: A file in `resources/icons`; empty for none.
        in_toolbar: Whether it is a button above the page as well.
        starts_group: Whether a line stands before it.
        role: Where macOS puts it.
        in_runs: Whether it stands in the menu of the list of runs too, and its keys work in that list alone.
    """

    id: str
    menu: MenuTitle
    text: str
    callback: Callable[[Commands], None]
    enabled: Callable[[Commands], bool] = Commands.always
    shortcut: str = ""
    icon: str = ""
    in_toolbar: bool = False
    starts_group: bool = False
    role: QAction.MenuRole = QAction.MenuRole.NoRole
    in_runs: bool = False


@dataclass(frozen=True, slots=True)
class RecentMenu:
    """A submenu of files or folders used before.

    Args:
        id: Its name in code and tests.
        menu: Where it stands.
        text: What it says, with the mnemonic.
        paths: What it offers.
        callback: What choosing one does.
        enabled: When it can work, given that there is anything to offer.
    """

    id: str
    menu: MenuTitle
    text: str
    paths: Callable[[Commands], tuple[Path, ...]]
    callback: Callable[[Commands, Path], None]
    enabled: Callable[[Commands], bool] = Commands.is_idle


ACTIONS: tuple[Action | RecentMenu, ...] = (
    Action(
        "open-folder",
        MenuTitle.FILE,
        "&Open folder…",
        Commands.choose_folder,
        Commands.is_idle,
        "Ctrl+O",
        "folder",
        in_toolbar=True,
    ),
    RecentMenu("recent-folders", MenuTitle.FILE, "&Recent folders", Commands.recent_folders, Commands.open_folder),
    Action(
        "samples", MenuTitle.FILE, "&Try it with sample photos", Commands.draw_samples, Commands.is_idle, icon="samples"
    ),
    Action(
        "open-model",
        MenuTitle.FILE,
        "Open &model…",
        Commands.choose_model,
        Commands.is_idle,
        "Ctrl+Shift+O",
        "model",
        in_toolbar=True,
        starts_group=True,
    ),
    RecentMenu("recent-models", MenuTitle.FILE, "Recent mo&dels", Commands.recent_models, Commands.open_model),
    Action(
        "save-model",
        MenuTitle.FILE,
        "&Save model as…",
        Commands.save_model,
        Commands.can_use_model,
        "Ctrl+S",
        "save",
        in_toolbar=True,
    ),
    Action(
        "export-model",
        MenuTitle.FILE,
        "&Export model…",
        Commands.export_model,
        Commands.can_use_model,
        "Ctrl+E",
        "export",
        in_toolbar=True,
    ),
    Action(
        "quit",
        MenuTitle.FILE,
        "&Quit",
        Commands.quit,
        shortcut="Ctrl+Q",
        icon="quit",
        starts_group=True,
        role=QAction.MenuRole.QuitRole,
    ),
    Action(
        "start",
        MenuTitle.TRAIN,
        "&Start training",
        Commands.start_training,
        Commands.can_train,
        "Ctrl+R",
        "start",
        in_toolbar=True,
    ),
    # Not Esc: pressed to close a list or a message, it would end hours of training.
    Action("stop", MenuTitle.TRAIN, "S&top", Commands.stop, Commands.is_busy, "Ctrl+.", "stop", in_toolbar=True),
    Action(
        "make-run-active",
        MenuTitle.TRAIN,
        "Make run &active",
        Commands.make_run_active,
        Commands.can_make_run_active,
        starts_group=True,
        in_runs=True,
    ),
    Action(
        "train-run-further",
        MenuTitle.TRAIN,
        "Train run &further",
        Commands.train_run_further,
        Commands.can_train_run_further,
        "Ctrl+Shift+R",
        in_runs=True,
    ),
    Action("resume-run", MenuTitle.TRAIN, "R&esume run", Commands.resume_run, Commands.can_resume_run, in_runs=True),
    Action(
        "use-best-epoch",
        MenuTitle.TRAIN,
        "Use &best epoch",
        Commands.use_best_epoch,
        Commands.can_use_best_epoch,
        in_runs=True,
    ),
    Action(
        "rename-run", MenuTitle.TRAIN, "Rena&me run", Commands.rename_run, Commands.can_rename_run, "F2", in_runs=True
    ),
    Action(
        "delete-runs",
        MenuTitle.TRAIN,
        "&Delete run",
        Commands.delete_runs,
        Commands.can_delete_runs,
        "Del",
        in_runs=True,
    ),
    Action(
        "undo-delete", MenuTitle.TRAIN, "&Undo deleting a run", Commands.undo_delete, Commands.can_undo_delete, "Ctrl+Z"
    ),
    Action(
        "save-plot",
        MenuTitle.TRAIN,
        "Save &plot as…",
        Commands.save_plot,
        Commands.has_history,
        icon="image",
        starts_group=True,
    ),
    Action(
        "save-history",
        MenuTitle.TRAIN,
        "Save &numbers as CSV…",
        Commands.save_history,
        Commands.has_history,
        icon="table",
    ),
    Action(
        "open-photos",
        MenuTitle.PREDICT,
        "&Open photos…",
        Commands.choose_photos,
        Commands.can_predict,
        "Ctrl+P",
        "photos",
    ),
    Action(
        "open-photo-folder",
        MenuTitle.PREDICT,
        "Open a &folder of photos…",
        Commands.choose_photo_folder,
        Commands.can_predict,
        "Ctrl+Shift+P",
        "folder",
    ),
    Action(
        "paste",
        MenuTitle.PREDICT,
        "&Paste an image",
        Commands.paste_image,
        Commands.can_predict,
        "Ctrl+V",
        "paste",
    ),
    Action(
        "save-predictions",
        MenuTitle.PREDICT,
        "&Save predictions as CSV…",
        Commands.save_predictions,
        Commands.has_predictions,
        "Ctrl+Shift+S",
        "table",
        starts_group=True,
    ),
    Action("view-photos", MenuTitle.VIEW, "&Photos", Commands.show_photos, shortcut="Ctrl+1", icon="photos"),
    Action("view-train", MenuTitle.VIEW, "&Train", Commands.show_train, shortcut="Ctrl+2", icon="train"),
    Action("view-results", MenuTitle.VIEW, "&Results", Commands.show_results, shortcut="Ctrl+3", icon="results"),
    Action("view-predict", MenuTitle.VIEW, "Pr&edict", Commands.show_predict, shortcut="Ctrl+4", icon="predict"),
    Action("about", MenuTitle.HELP, "&About tlgui", Commands.about, icon="info", role=QAction.MenuRole.AboutRole),
)


class ActionTable:
    """The window's menus and toolbar, made from the table.

    Args:
        window: Gets the menus and the toolbar.
        commands: Does what is asked.
    """

    def __init__(self, window: QMainWindow, commands: Commands) -> None:
        self._window = window
        self._commands = commands
        self._actions: dict[str, tuple[Action, QAction]] = {}
        self._recent: dict[str, tuple[RecentMenu, QMenu]] = {}
        self._shown: dict[str, tuple[tuple[Path, ...], tuple[str, ...]]] = {}
        self._toolbar = self._make_toolbar()
        menus = {title: window.menuBar().addMenu(title.value) for title in MenuTitle}
        for entry in ACTIONS:
            menu = menus[entry.menu]
            if isinstance(entry, Action):
                self._add_action(entry, menu)
            else:
                submenu = menu.addMenu(entry.text)
                submenu.setToolTipsVisible(True)
                self._recent[entry.id] = (entry, submenu)
        self.draw_icons(window.palette())
        self.refresh()

    def action(self, action_id: str) -> QAction:
        """Return the Qt action of an entry, for tests and buttons."""
        return self._actions[action_id][1]

    def recent_menu(self, menu_id: str) -> QMenu:
        """Return the submenu of an entry."""
        return self._recent[menu_id][1]

    def attach_runs(self, runs: QWidget) -> None:
        """Make the list of runs offer what can be done with them, and take the keys for it."""
        for entry, action in self._actions.values():
            if entry.in_runs:
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                runs.addAction(action)

    def refresh(self) -> None:
        """Enable what can work now, and bring the recent lists up to date."""
        for entry, action in self._actions.values():
            action.setEnabled(entry.enabled(self._commands))
        for recent, menu in self._recent.values():
            paths = recent.paths(self._commands)
            menu.setEnabled(bool(paths) and recent.enabled(self._commands))
            names = tuple(_short_names(paths))
            if (paths, names) != self._shown.get(recent.id):
                self._shown[recent.id] = (paths, names)
                self._fill(recent, menu, zip(paths, names, strict=True))

    def draw_icons(self, palette: QPalette) -> None:
        """Draw the icons in the colours of `palette`."""
        for entry, action in self._actions.values():
            if entry.icon:
                action.setIcon(themed_icon(entry.icon, palette))

    def _make_toolbar(self) -> QToolBar:
        toolbar = QToolBar("Toolbar", self._window)
        toolbar.setObjectName("toolbar")
        toolbar.setMovable(False)
        toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        side = round(self._window.fontMetrics().height() * 1.2)
        toolbar.setIconSize(QSize(side, side))
        toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._window.addToolBar(toolbar)
        return toolbar

    def _add_action(self, entry: Action, menu: QMenu) -> None:
        action = QAction(entry.text, self._window)
        action.setObjectName(entry.id)
        action.setMenuRole(entry.role)
        if entry.shortcut:
            action.setShortcut(QKeySequence(entry.shortcut))
        action.triggered.connect(lambda: entry.callback(self._commands))
        self._actions[entry.id] = (entry, action)
        if entry.starts_group:
            menu.addSeparator()
        menu.addAction(action)
        if entry.in_toolbar:
            self._toolbar.addAction(action)

    def _fill(self, recent: RecentMenu, menu: QMenu, offered: Iterable[tuple[Path, str]]) -> None:
        menu.clear()
        for path, text in offered:
            action = menu.addAction(text.replace("&", "&&"))
            action.setData(path)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _checked=False, chosen=path: recent.callback(self._commands, chosen))


def _short_names(paths: tuple[Path, ...]) -> Iterator[str]:
    """Yield each path's name, with its folder where the name alone is not enough."""
    names = [path_title(path) if path.suffix == MODEL_SUFFIX else path.name for path in paths]
    for path, name in zip(paths, names, strict=True):
        yield name if names.count(name) == 1 else f"{name} — {path.parent}"
