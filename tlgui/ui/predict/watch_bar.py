"""The line about a watched folder on the Predict page: what has come, and how to stop it or to watch again."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from tlgui.ui.watching.folder_watch import FolderWatch
from tlgui.ui.watching.words import offer_in_words, watch_in_words
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.flow_layout import FlowLayout, growing
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.tokens import GRID


class WatchBar(QWidget):
    """The line; hidden while nothing is watched or offered.

    Signals:
        again_requested: What was watched before is to be watched again.

    Args:
        watch: What is watched.
        parent: The owner.
    """

    again_requested = Signal()

    def __init__(self, watch: FolderWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._watch = watch
        self.text = QuietLabel()
        self.go_on_button = QPushButton("Go o&n naming")
        self.again_button = QPushButton("Watch agai&n")
        self.stop_button = QPushButton("Stop watch&ing")
        set_tip(self.stop_button, "Name no more photos by themselves; what was named and copied stays")
        self.row = FlowLayout()
        self.row.setSpacing(GRID)
        for widget in (growing(self.text), self.go_on_button, self.again_button, self.stop_button):
            self.row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self.row)
        self.go_on_button.clicked.connect(watch.go_on)
        self.again_button.clicked.connect(self.again_requested)
        self.stop_button.clicked.connect(watch.stop)
        watch.changed.connect(self._refresh)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        state, offered = self._watch.state, self._watch.offered
        words = ""
        if state is not None:
            words = watch_in_words(state)
        elif offered is not None:
            words = offer_in_words(offered.folder)
        if words != self.text.text():
            self.text.setText(words)
            set_spoken(self, words)
        self.go_on_button.setVisible(state is not None and state.is_paused)
        self.again_button.setVisible(state is None and offered is not None)
        self.stop_button.setText("Stop watch&ing" if state is not None else "Do not watch &it")
        self.setVisible(bool(words))
