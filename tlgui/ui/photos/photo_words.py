"""Texts about photos: details, tooltips and accessible names."""

from datetime import UTC, datetime
from pathlib import Path

from tlgui.photos.collection import Part
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.names import one_line, shown_name
from tlgui.text.numbers import count, size_in_words, whole_percent
from tlgui.ui.photos.photo_items import PhotoItem

_USES = {Part.TRAINING: "for training", Part.VALIDATION: "for validation", Part.TEST: "for test"}
_ADDED_UP = 10_000


def details(item: PhotoItem, folder: Path) -> str:
    """Return the details of a photo, a line each: its path relative to `folder`, its class and use, and its facts."""
    path = item.path
    place = path.relative_to(folder) if path.is_relative_to(folder) else path
    return "\n".join([one_line(str(place)), *_lines(item)])


def spoken(item: PhotoItem) -> str:
    """Return the accessible name of a photo."""
    return ", ".join([shown_name(item.path), item.class_name, *_noted(item), use_in_words(item), *_known(item.facts)])


def line_about(item: PhotoItem) -> str:
    """Return the details of a photo in one line; what a model said of it comes first, where no line is cut."""
    said = [f"{words[:1].upper()}{words[1:]}" for words in _noted(item)]
    return " · ".join([*said, shown_name(item.path), item.class_name, use_in_words(item), *_known(item.facts)])


def note_in_cell(item: PhotoItem) -> str:
    """Return what a model said of a photo in a few words; empty where that is not known."""
    if item.note is None:
        return ""
    how = "recognised" if item.note.is_right else f"→ {one_line(item.note.named)}"
    return f"{how}, {whole_percent(item.note.probability)}"


def use_in_words(item: PhotoItem) -> str:
    """Return what a photo is used for, in words."""
    if item.is_left_out:
        return "left out"
    if not item.is_usable:
        return "not used"
    return _USES[item.part] if item.part is not None else "used"


def line_about_many(items: list[PhotoItem], total: int) -> str:
    """Return the number and the total file size of the selected photos, in words.

    Args:
        items: The selected photos.
        total: The number of photos shown.
    """
    # Adding up more of them would block the window while the mouse selects.
    size = sum(item.facts.state.size for item in items if item.facts is not None) if len(items) < _ADDED_UP else 0
    together = f", {size_in_words(size)} together" if size else ""
    return f"{len(items):,} of {count('photo', total)} selected{together}"


def _lines(item: PhotoItem) -> list[str]:
    return [f"{item.class_name}, {use_in_words(item)}", *_noted(item), *_known(item.facts)]


def _noted(item: PhotoItem) -> list[str]:
    """Return what a model said of a photo, and whether its class was called right."""
    if item.note is None:
        return []
    name = one_line(item.note.named)
    how = "recognised" if item.note.is_right else f"called “{name}”"
    answered = ["you called its class right"] if item.is_confirmed else []
    return [f"{how}, {whole_percent(item.note.probability)} sure", *answered]


def _known(facts: PhotoFacts | None) -> list[str]:
    if facts is None:
        return []
    known = [f"{facts.width:,} by {facts.height:,} pixels", size_in_words(facts.state.size)]
    if (taken := _taken(facts)) is not None:
        known.append(f"taken {taken}")
    return known


def _taken(facts: PhotoFacts) -> str | None:
    if facts.taken is None:
        return None
    try:
        # Cameras record local time without a zone.
        return f"{datetime.fromtimestamp(facts.taken, UTC):%Y-%m-%d %H:%M}"
    except (OverflowError, OSError, ValueError):
        return None
