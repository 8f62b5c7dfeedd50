"""Drag and drop: widgets list what they take as rules, and one event filter applies the rules.

A widget that takes something has a `DropTarget`. Data that none of its rules takes is offered to the targets of the
widgets around it, innermost first: a list takes photos on its rows, and a folder over the same list goes to the window.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget
from typing_extensions import override

from tlgui.ui.text.model_words import MODEL_SUFFIX

DRAGGED_OUT = "application/x-tlgui-dragged-out"
"""The MIME type that marks photos on their way to other programs; no widget takes them, see `PhotoDrag`."""


def dropped_paths(data: QMimeData) -> tuple[Path, ...]:
    """Return the local files and folders in `data`."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def is_model_file(data: QMimeData) -> bool:
    """Return whether `data` is one `.tlmodel` file."""
    paths = dropped_paths(data)
    return len(paths) == 1 and paths[0].suffix.lower() == MODEL_SUFFIX


def _everywhere(_data: QMimeData, _position: QPoint) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class DropRule:
    """One kind of data that a widget takes.

    Args:
        matches: Whether data is of this kind, wherever on the widget it is.
        drop: Called with the data and the position when it is dropped.
        accepts: Whether data of this kind is taken at a position; called with each move of the mouse.
        action: What happens to the source, as the platform shows it beside the mouse pointer.
    """

    matches: Callable[[QMimeData], bool]
    drop: Callable[[QMimeData, QPoint], object]
    accepts: Callable[[QMimeData, QPoint], bool] = _everywhere
    action: Qt.DropAction = Qt.DropAction.CopyAction


@dataclass(frozen=True, slots=True)
class _Match:
    """A rule that takes what is dragged, its target, and the position in the coordinates of the target's widget."""

    target: "DropTarget"
    rule: DropRule
    position: QPoint


class DropTarget(QObject):
    """Applies drop rules to a widget, or to the viewport of an item view.

    Signals:
        hovered: The position of data that one of these rules takes, a `QPoint`; None when it has left or was dropped.

    Args:
        widget: Takes the drops; the target lives as long as it does.
        rules: What it takes; the first rule that accepts the data is applied.

    Attributes:
        receiver: The widget that receives the events of Qt: `widget`, or its viewport.
        rules: The rules.
    """

    hovered = Signal(object)

    def __init__(self, widget: QWidget, rules: Sequence[DropRule]) -> None:
        self._view = widget if isinstance(widget, QAbstractItemView) else None
        receiver = self._view.viewport() if self._view is not None else widget
        super().__init__(receiver)
        self.receiver = receiver
        self.rules = tuple(rules)
        self._hovered_target: DropTarget | None = None
        widget.setAcceptDrops(True)
        receiver.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragLeave:
            self._show_hover(None)
            return False
        # The enter and move events of Qt are subclasses of its drop event.
        if not isinstance(event, QDropEvent):
            return False
        self._let_view_scroll(event)
        data, position = event.mimeData(), event.position().toPoint()
        match = next(self._matches(data, position), None)
        is_drop = event.type() == QEvent.Type.Drop
        self._show_hover(None if is_drop else match)
        if isinstance(event, QDragEnterEvent):
            # An enter that is refused brings no moves, so the position is left to them.
            event.setAccepted(any(rule.matches(data) for target in self._targets_of(data) for rule in target.rules))
        else:
            event.setAccepted(match is not None)
        if match is not None:
            is_offered = bool(event.possibleActions() & match.rule.action)
            event.setDropAction(match.rule.action if is_offered else event.proposedAction())
            if is_drop:
                match.rule.drop(data, match.position)
        return True

    def _let_view_scroll(self, event: QDropEvent) -> None:
        """Let an item view scroll near its edges; its own handlers take nothing, because its model does not."""
        if self._view is None or isinstance(event, QDragEnterEvent):
            return
        if isinstance(event, QDragMoveEvent):
            self._view.dragMoveEvent(event)
        else:
            self._view.dropEvent(event)

    def _targets_of(self, data: QMimeData) -> Iterator["DropTarget"]:
        """Yield this target and those of the widgets around it, innermost first; none for what is dragged out."""
        widget: QWidget | None = None if data.hasFormat(DRAGGED_OUT) else self.receiver
        while widget is not None:
            target = widget.findChild(DropTarget, options=Qt.FindChildOption.FindDirectChildrenOnly)
            if target is not None:
                yield target
            widget = None if widget.isWindow() else widget.parentWidget()

    def _matches(self, data: QMimeData, position: QPoint) -> Iterator[_Match]:
        for target in self._targets_of(data):
            place = self.receiver.mapTo(target.receiver, position)
            for rule in target.rules:
                if rule.matches(data) and rule.accepts(data, place):
                    yield _Match(target, rule, place)

    def _show_hover(self, match: _Match | None) -> None:
        target = match.target if match is not None else None
        if self._hovered_target is not None and self._hovered_target is not target:
            self._hovered_target.hovered.emit(None)
        self._hovered_target = target
        if match is not None:
            match.target.hovered.emit(match.position)
