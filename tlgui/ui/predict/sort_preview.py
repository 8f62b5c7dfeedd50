"""What a sort is going to do, as it is known so far: folders and counts, and everything that is out of the ordinary."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.photos.mending.file_mover import MendingProblem
from tlgui.photos.mending.records import Act
from tlgui.photos.names import one_line, shown_name
from tlgui.photos.sorting.plan import FolderCount, SortPlan
from tlgui.photos.sorting.words import renamed_class_words
from tlgui.text.numbers import count, size_in_words
from tlgui.ui.board.sorting import SortPreview
from tlgui.ui.widgets.collapsible import CollapsibleGroup
from tlgui.ui.widgets.empty_page import QuietLabel, card_heading
from tlgui.ui.widgets.lines_dialog import lines_view
from tlgui.ui.widgets.plain_text import plain_tip
from tlgui.ui.widgets.sorted_table import SORT_ROLE, SortedTable, column_alignment
from tlgui.ui.widgets.tinted_bar import TintedBar, plain_label
from tlgui.ui.widgets.tokens import GRID, Accent

Index = QModelIndex | QPersistentModelIndex
_TITLES = ("Folder", "Photos", "Other files", "Size")
_LINES_SHOWN = 8
_MOST_CLASSES_TOLD = 3
_TABLE_LINES, _NAME_LETTERS = 12, 18
_DONE = {Act.COPY: "copied", Act.MOVE: "moved", Act.LINK: "linked", Act.HARD_LINK: "linked"}
_INTO_TRAINING = (
    "This folder belongs to the photos that the model learned from. Sorted here, its own answers would become what the "
    "next training learns. Choose another folder, and add to the collection only those that you have corrected."
)


class FolderRows(QAbstractTableModel):
    """What goes into each folder."""

    def __init__(self) -> None:
        super().__init__()
        self._folders: Sequence[FolderCount] = ()

    def show(self, folders: Sequence[FolderCount]) -> None:
        """Show other folders."""
        self.beginResetModel()
        self._folders = folders
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._folders)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as above
        return 0 if parent.isValid() else len(_TITLES)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column_alignment(section)
        return None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        folder, column = self._folders[index.row()], index.column()
        keys = (folder.place.casefold(), folder.photo_count, folder.companion_count, folder.byte_count)
        if role == SORT_ROLE:
            return keys[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column_alignment(column)
        place = _place_words(folder.place)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(place)
        if role == Qt.ItemDataRole.DisplayRole:
            companions = f"{folder.companion_count:,}" if folder.companion_count else ""
            return (place, f"{folder.photo_count:,}", companions, size_in_words(folder.byte_count))[column]
        return None


class FolderTable(SortedTable):
    """Shows them; the names of folders keep some room.

    Args:
        rows: What goes into each folder.
    """

    def __init__(self, rows: FolderRows) -> None:
        super().__init__("What goes into each folder", rows)
        self.setMinimumHeight(self.fontMetrics().height() * _TABLE_LINES)

    @override
    def least_name_width(self) -> int:
        return self.fontMetrics().averageCharWidth() * _NAME_LETTERS


class LineList(CollapsibleGroup):
    """A line that can be opened for a list of files; it is quick with any number of them.

    Args:
        title: What the files have in common.
        lines: One for each file.
    """

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        self.lines = lines_view(title, lines)
        super().__init__(title.replace("&", "&&"), "", self.lines)
        rows = min(len(lines), _LINES_SHOWN)
        self.lines.setFixedHeight(self.fontMetrics().height() * (rows + 1) * 3 // 2)


class SortPreviewView(QWidget):
    """Shows a preview, or why there is none yet.

    Signals:
        corrections_requested: Photos that the person has named are to be added to the collection instead.

    Args:
        correction_count: How many photos a person has named that can be added to the collection.
        parent: The owner.
    """

    corrections_requested = Signal()

    def __init__(self, correction_count: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = card_heading("")
        self.room = QuietLabel()
        self.refusal = TintedBar(Accent.ERROR, "error")
        self.refusal_text = plain_label()
        self.refusal.row.addWidget(self.refusal_text, 1)
        self.warning = TintedBar(Accent.WARNING, "warning")
        self.warning_text = plain_label()
        self.warning.row.addWidget(self.warning_text, 1)
        self.corrections_button = QPushButton(f"&Add {count('corrected photo', correction_count)} instead")
        self.corrections_button.setVisible(correction_count > 0)
        self.corrections_button.clicked.connect(self.corrections_requested)
        self.warning.row.addWidget(self.corrections_button)
        self._rows = FolderRows()
        self.table = FolderTable(self._rows)
        self.notes = plain_label()
        self._lists = QWidget()
        self._list_column = QVBoxLayout(self._lists)
        self._list_column.setContentsMargins(0, 0, 0, 0)
        self._list_column.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for widget in (self.headline, self.refusal, self.warning, self.room, self.notes, self._lists):
            column.addWidget(widget)
        column.addWidget(self.table, 1)
        self.show_waiting()

    @property
    def lists(self) -> list[LineList]:
        """The lists of files that are out of the ordinary."""
        return self._lists.findChildren(LineList)

    def said(self) -> str:
        """Return what is shown above the folders, for screen readers."""
        bars = ((self.refusal, self.refusal_text), (self.warning, self.warning_text))
        told = [label.text() for bar, label in bars if not bar.isHidden()]
        return " ".join(filter(None, (self.headline.text(), *told, self.room.text(), self.notes.text())))

    def show_waiting(self, words: str = "") -> None:
        """Show that the photos are being looked at."""
        self.headline.setText("Looking at the photos…")
        self.room.setText(words)
        self.refusal.hide()

    def show_refusal(self, words: str) -> None:
        """Show why nothing can be sorted so."""
        self.headline.setText("This cannot be done")
        self.refusal_text.setText(words)
        self.refusal.show()
        self.warning.hide()
        self.room.setText("")
        self._rows.show(())
        self.notes.setText("")
        self.notes.hide()
        self._show_lists(())

    def show_preview(self, preview: SortPreview) -> None:
        """Show what is going to be done."""
        plan = preview.plan
        self.headline.setText(_headline(plan))
        self.room.setText(_room_line(plan))
        refusal = room_problem(plan)
        self.refusal_text.setText(refusal)
        self.refusal.setVisible(bool(refusal))
        self.warning_text.setText(_INTO_TRAINING)
        self.warning.setVisible(plan.is_into_training)
        self._rows.show(plan.folders)
        self.table.setColumnHidden(_TITLES.index("Other files"), plan.companion_count == 0)
        for column in range(1, len(_TITLES)):
            self.table.resizeColumnToContents(column)
        self.table.fill_width()
        notes = "\n".join(_notes(preview))
        self.notes.setText(notes)
        self.notes.setVisible(bool(notes))
        self._show_lists(_lists(plan))

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 60, super().sizeHint().height())

    def _show_lists(self, lists: Iterable[tuple[str, Sequence[str]]]) -> None:
        for old in self.lists:
            old.setParent(None)
            old.deleteLater()
        for title, lines in lists:
            self._list_column.addWidget(LineList(title, lines))


def room_problem(plan: SortPlan) -> str:
    """Return that the disk has too little room; empty where it has enough."""
    if plan.free_bytes is None or plan.needed_bytes <= plan.free_bytes:
        return ""
    return (
        f"There is not enough room: the photos need {size_in_words(plan.needed_bytes)}, and the disk has "
        f"{size_in_words(plan.free_bytes)} left. Free some space, or choose a folder on another disk."
    )


def problem_lines(problems: Iterable[MendingProblem]) -> list[str]:
    """Return a line for each file that was not sorted or taken back, with the reason."""
    return [f"{shown_name(each.path)}: {each.reason}" for each in problems]


def _headline(plan: SortPlan) -> str:
    if not plan.steps:
        return "There is nothing to sort"
    verb = "is" if plan.photo_count == 1 else "are"
    folders = count("folder", len(plan.folders))
    return f"{count('photo', plan.photo_count)} {verb} {_DONE[plan.options.act]} into {folders}"


def _room_line(plan: SortPlan) -> str:
    if not plan.steps or room_problem(plan):
        return ""
    needed = f"{size_in_words(plan.needed_bytes)} needed" if plan.needed_bytes else "No room needed"
    return needed if plan.free_bytes is None else f"{needed}, {size_in_words(plan.free_bytes)} free"


def _notes(preview: SortPreview) -> list[str]:
    plan = preview.plan
    into = shown_name(plan.options.into)
    told = [
        (plan.companion_count, "{} with them: files that belong to a photo, such as its RAW file or its keywords."),
        (plan.left_count, "{} stay where they are, as you chose: the model is not sure of them."),
        (plan.inside_count, f"{{}} stay, because they are in “{into}” already."),
        (plan.renamed_count, "{} get a name that the disk takes."),
        (preview.unreadable_count, "{} stay, because they could not be read."),
        (plan.training_count, "{} of them belong to the photos that the model learned from."),
    ]
    lines = []
    for place, (number, text) in enumerate(told):
        if number:
            what = f"{count('file', number)} go{'es' if number == 1 else ''}" if place == 0 else count("photo", number)
            lines.append(_agreeing(text.format(what), number))
    if len(plan.renamed_classes) <= _MOST_CLASSES_TOLD:
        lines += [renamed_class_words(*each) for each in plan.renamed_classes]
    if not preview.is_model_known:
        lines.append(
            "The file of the model that named the photos is gone, or is another by now: keywords say its name only."
        )
    return lines


def _agreeing(sentence: str, number: int) -> str:
    """Return a sentence about photos with its verb in the singular where there is one."""
    if number != 1:
        return sentence
    for many, one in ((" stay", " stays"), (" get ", " gets "), (" they are", " it is"), (" they could", " it could")):
        sentence = sentence.replace(many, one)
    return sentence.replace(" belong to the", " belongs to the").replace("of them.", "of it.")


def _lists(plan: SortPlan) -> Iterable[tuple[str, Sequence[str]]]:
    into = plan.options.into
    if len(plan.renamed_classes) > _MOST_CLASSES_TOLD:
        names = [renamed_class_words(*each) for each in plan.renamed_classes]
        yield f"{count('class', len(names))} whose folders get another name", names
    if plan.problems:
        yield f"{count('file', len(plan.problems))} cannot be sorted", problem_lines(plan.problems)
    if plan.already_there:
        there = [
            f"{shown_name(photo)}: the same as {_place_words(_below(twin, into))}" for photo, twin in plan.already_there
        ]
        yield f"{count('photo', len(there))} skipped, because the same is there already", there
    if plan.numbered:
        names = [f"{shown_name(photo)} becomes {_place_words(_below(new, into))}" for photo, new in plan.numbered]
        yield f"{count('photo', len(names))} with another name, because theirs is taken", names


def _below(path: Path, folder: Path) -> str:
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _place_words(place: str) -> str:
    return one_line(" ▸ ".join(place.split("/")))
