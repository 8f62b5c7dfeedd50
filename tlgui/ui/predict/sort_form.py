"""The choices of a sort: which photos, what is done with them, where they go, and what is written beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from tlgui import files
from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.options import SortOptions
from tlgui.photos.sorting.pattern import DEFAULT_PATTERN, pattern_problem
from tlgui.ui.predict.sort_choices import CHOICES, HELP, ExamplePhoto, example_line
from tlgui.ui.widgets.empty_page import QuietLabel, card_heading
from tlgui.ui.widgets.file_dialogs import ask_folder
from tlgui.ui.widgets.flow_layout import FlowLayout, growing
from tlgui.ui.widgets.indented_note import IndentedNote
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_spoken_details
from tlgui.ui.widgets.tokens import GRID

_ACTS = (
    (Act.COPY, "&Copy them", "The photos stay where they are. Each copy is read back and compared."),
    (Act.MOVE, "&Move them", "Each is removed from its old folder only when its copy was read back and compared."),
    (Act.LINK, "Make &links to them", "Takes no room. A link leads nowhere once its photo is moved or renamed."),
)
_OWN = "A pattern of my own…"
_KEYWORDS = "&Write each photo's class as a keyword"
_KEYWORDS_NOTE = (
    "Into a small file such as IMG_1.jpg.xmp beside the sorted photo, so that Lightroom, digiKam, darktable and others "
    "find it. What stands there already stays, and the photo itself is not changed."
)


@dataclass(frozen=True, slots=True)
class SortChoices:
    """What was chosen last, which the form begins with.

    Args:
        into: The folder to sort into.
        pattern: Where each photo goes in it.
        with_keywords: Whether keywords are written.
    """

    into: Path
    pattern: str = DEFAULT_PATTERN
    with_keywords: bool = False


class SortForm(QWidget):
    """Asks what is to be sorted and how.

    Signals:
        changed: Something else is chosen.

    Args:
        scopes: The photos that can be chosen, in words.
        chosen: The place of those that are chosen at first.
        choices: What was chosen last.
        example: A photo for the example; None where none is named.
        has_unlike: Whether the model tells photos that are unlike anything it learned.
        parent: The owner.
    """

    changed = Signal()

    def __init__(
        self,
        scopes: Sequence[str],
        chosen: int,
        choices: SortChoices,
        example: ExamplePhoto | None,
        parent: QWidget | None = None,
        *,
        has_unlike: bool = True,
    ) -> None:
        super().__init__(parent)
        self._example = example
        self.scopes = QButtonGroup(self)
        self.acts = QButtonGroup(self)
        self.into = QLineEdit(str(choices.into))
        self.browse_button = QPushButton("C&hoose…")
        self.patterns = QComboBox()
        self.own_pattern = QLineEdit()
        self.own_help = QuietLabel(HELP)
        self.example = PlainLabel()
        self.example.setWordWrap(True)
        self.not_sure = QCheckBox("Photos it is &not sure of go into")
        self.not_sure_folder = QLineEdit("not sure")
        self.unlike = QCheckBox("Photos &unlike anything go into")
        self.unlike_folder = QLineEdit("unlike anything")
        self.keywords = QCheckBox(_KEYWORDS)
        self._has_unlike = has_unlike
        self._lay_out(scopes)
        self._begin_with(chosen, choices)
        self._connect()
        self._refresh()

    def scope(self) -> int:
        """Return the place of the photos that are chosen."""
        return self.scopes.checkedId()

    def act(self) -> Act:
        """Return what is to be done with them."""
        return _ACTS[self.acts.checkedId()][0]

    def choose_act(self, act: Act) -> None:
        """Choose what is to be done."""
        self.acts.button([each for each, _, _ in _ACTS].index(act)).click()

    def pattern(self) -> str:
        """Return the pattern."""
        index = self.patterns.currentIndex()
        return CHOICES[index].pattern if index < len(CHOICES) else self.own_pattern.text().strip()

    def into_folder(self) -> Path:
        """Return the folder to sort into."""
        return files.expanded(self.into.text().strip())

    def options(self) -> SortOptions:
        """Return what is chosen; only where `problem` is empty."""
        return SortOptions(
            self.into_folder(),
            self.act(),
            self.pattern(),
            self.not_sure_folder.text().strip() if self.not_sure.isChecked() else None,
            self.unlike_folder.text().strip() if self.unlike.isChecked() else None,
        )

    def problem(self) -> str:
        """Return what must be chosen otherwise, as far as that is known without looking at the disk; empty if nothing.

        The folder and the pattern are checked here, so that they are told while they are typed.
        """
        if not self.into.text().strip() or not self.into_folder().is_absolute():
            return "Give the whole path of the folder to sort into, or press Choose."
        return pattern_problem(self.pattern())

    def choices(self) -> SortChoices:
        """Return what is chosen, for the next time."""
        return SortChoices(self.into_folder(), self.pattern(), self.keywords.isChecked())

    def _lay_out(self, scopes: Sequence[str]) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(card_heading("Which photos"))
        for place, text in enumerate(scopes):
            button = QRadioButton(text)
            self.scopes.addButton(button, place)
            column.addWidget(button)
        column.addWidget(card_heading("What is done"))
        for place, (_, text, note) in enumerate(_ACTS):
            button = QRadioButton(text)
            set_spoken_details(button, note)
            self.acts.addButton(button, place)
            column.addWidget(button)
            column.addWidget(IndentedNote(note))
        column.addWidget(card_heading("Where they go"))
        column.addLayout(self._where())
        column.addWidget(self.patterns)
        column.addWidget(self.own_pattern)
        column.addWidget(self.own_help)
        column.addWidget(self.example)
        column.addLayout(self._others())
        column.addWidget(card_heading("Keywords"))
        column.addWidget(self.keywords)
        column.addWidget(IndentedNote(_KEYWORDS_NOTE))
        # Nothing moves when the preview beside it becomes higher.
        column.addStretch(1)
        set_spoken_details(self.keywords, _KEYWORDS_NOTE)

    def _where(self) -> QHBoxLayout:
        set_spoken(self.into, "Folder to sort into")
        set_spoken_details(self.into, "It is made where it is not there.")
        set_spoken(self.browse_button, "Choose the folder to sort into")
        set_spoken(self.patterns, "Folders")
        set_spoken(self.own_pattern, "Pattern of my own")
        set_spoken_details(self.own_pattern, HELP)
        row = QHBoxLayout()
        row.addWidget(self.into, 1)
        row.addWidget(self.browse_button)
        return row

    def _others(self) -> QVBoxLayout:
        set_spoken(self.not_sure_folder, "Folder of photos that are not sure")
        set_spoken(self.unlike_folder, "Folder of photos unlike anything it learned")
        column = QVBoxLayout()
        column.setSpacing(GRID)
        note = QuietLabel("Where this is not checked, they stay where they are.")
        pairs = [(self.not_sure, self.not_sure_folder)]
        self.unlike.setParent(self)
        self.unlike_folder.setParent(self)
        if self._has_unlike:
            pairs.append((self.unlike, self.unlike_folder))
        for box, folder in pairs:
            # Below the box where the name of the folder has no room beside it.
            row = FlowLayout()
            row.setSpacing(GRID)
            row.addWidget(box)
            row.addWidget(growing(folder))
            column.addLayout(row)
        column.addWidget(note)
        return column

    def _begin_with(self, chosen: int, choices: SortChoices) -> None:
        self.scopes.button(chosen).setChecked(True)
        self.acts.button(0).setChecked(True)
        for choice in CHOICES:
            self.patterns.addItem(choice.text)
        self.patterns.addItem(_OWN)
        known = [choice.pattern for choice in CHOICES]
        is_ready = choices.pattern in known
        self.patterns.setCurrentIndex(known.index(choices.pattern) if is_ready else len(CHOICES))
        self.own_pattern.setText(choices.pattern)
        self.not_sure.setChecked(True)
        self.unlike.setChecked(self._has_unlike)
        self.unlike.setVisible(self._has_unlike)
        self.unlike_folder.setVisible(self._has_unlike)
        self.keywords.setChecked(choices.with_keywords)

    def _connect(self) -> None:
        for group in (self.scopes, self.acts):
            group.idClicked.connect(self._refresh)
        for edit in (self.into, self.own_pattern, self.not_sure_folder, self.unlike_folder):
            edit.textChanged.connect(self._refresh)
        self.patterns.currentIndexChanged.connect(self._on_patterns_current_index_changed)
        for box in (self.not_sure, self.unlike, self.keywords):
            box.toggled.connect(self._refresh)
        self.browse_button.clicked.connect(self._on_browse_button_clicked)

    @Slot()
    def _refresh(self) -> None:
        is_own = self.patterns.currentIndex() == len(CHOICES)
        self.own_pattern.setVisible(is_own)
        self.own_help.setVisible(is_own)
        self.not_sure_folder.setEnabled(self.not_sure.isChecked())
        self.unlike_folder.setEnabled(self.unlike.isChecked())
        shown = example_line(self.pattern(), self.into_folder(), self._example) if self._example is not None else ""
        self.example.setText(shown)
        self.example.setVisible(bool(shown))
        self.changed.emit()

    @Slot()
    def _on_patterns_current_index_changed(self) -> None:
        self._refresh()
        if self.patterns.currentIndex() == len(CHOICES):
            self.own_pattern.setFocus()

    @Slot()
    def _on_browse_button_clicked(self) -> None:
        start = self.into_folder()
        while not files.is_folder(start) and start != start.parent:
            start = start.parent
        ask_folder(self, "Choose the folder to sort into", str(start), self._set_into)

    def _set_into(self, folder: Path) -> None:
        self.into.setText(str(folder))
