"""Reports the files that a headless command does not use: each once, and every photo that cannot be read by name."""

from collections.abc import Iterable
from pathlib import Path

from tlgui.cli.terminal import Terminal
from tlgui.learning.results import PhotosUnreadable
from tlgui.photos.collection import Collection, Problem
from tlgui.photos.names import shown_name
from tlgui.progress import Event

_OTHERS_SHOWN = 10


class LeftOut:
    """Writes to standard error which files are left out, and collects them for the JSON result.

    Args:
        terminal: Writes the lines.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._reasons: dict[Path, str] = {}

    def report_problems(self, collection: Collection) -> None:
        """Report what a scan and a closer look left out: all photos, and the first of the files that are no photos."""
        photos, others = divided(collection.problems)
        self._report([(problem.path, problem.reason) for problem in (*photos, *others[:_OTHERS_SHOWN])])
        if (more := len(others) - _OTHERS_SHOWN) > 0:
            self._terminal.note(f"left out: {more:,} more")

    def listen(self, event: Event) -> None:
        """Report the photos that a job could not read; a photo that several jobs meet is reported once."""
        if isinstance(event, PhotosUnreadable):
            self._report([(photo.path, photo.reason) for photo in event.photos])

    def result(self) -> list[dict[str, object]]:
        """Return the files reported so far with their reasons, for JSON."""
        return [{"path": path, "reason": reason} for path, reason in self._reasons.items()]

    def _report(self, reasons: Iterable[tuple[Path, str]]) -> None:
        for path, reason in reasons:
            if path not in self._reasons:
                self._reasons[path] = reason
                self._terminal.note(f"left out: {shown_name(path)}: {reason}")


def divided(problems: Iterable[Problem]) -> tuple[list[Problem], list[Problem]]:
    """Return the problems of single photos, and all others."""
    photos: list[Problem] = []
    others: list[Problem] = []
    for problem in problems:
        (photos if problem.photos == (problem.path,) else others).append(problem)
    return photos, others
