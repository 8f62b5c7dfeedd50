"""Photos in words: what stands under one, what its tooltip says, and what a screen reader hears."""

from datetime import UTC, datetime
from pathlib import Path

from tlgui.photos.collection import Part
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.names import one_line, shown_name
from tlgui.text.numbers import count, size_in_words
from tlgui.ui.photos.photo_items import PhotoItem

_USES = {Part.TRAINING: "for training", Part.VALIDATION: "for validation", Part.TEST: "for test"}
_ADDED_UP = 10_000


def details(item: PhotoItem, folder: Path) -> str:
    """Return all there is to say of one photo, a line each."""
    path = item.path
    place = path.relative_to(folder) if path.is_relative_to(folder) else path
    return "\n".join([one_line(str(place)), *_lines(item)])


def spoken(item: PhotoItem) -> str:
    """Return what a screen reader says of one photo."""
    return ", ".join([shown_name(item.path), item.class_name, use_in_words(item), *_known(item.facts)])


def line_about(item: PhotoItem) -> str:
    """Return one line that says what one photo is."""
    return " · ".join([shown_name(item.path), item.class_name, use_in_words(item), *_known(item.facts)])


def use_in_words(item: PhotoItem) -> str:
    """Return what a photo is used for."""
    if item.is_left_out:
        return "left out"
    if not item.is_usable:
        return "not used"
    return _USES[item.part] if item.part is not None else "used"


def line_about_many(items: list[PhotoItem], total: int) -> str:
    """Return how many photos are selected, and how large they are together.

    Args:
        items: Those selected.
        total: How many are shown.
    """
    # Adding up more of them would hold up the window while the mouse selects.
    size = sum(item.facts.state.size for item in items if item.facts is not None) if len(items) < _ADDED_UP else 0
    together = f", {size_in_words(size)} together" if size else ""
    return f"{len(items):,} of {count('photo', total)} selected{together}"


def _lines(item: PhotoItem) -> list[str]:
    return [f"{item.class_name}, {use_in_words(item)}", *_known(item.facts)]


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
        # The camera's own clock, whatever its time zone.
        return f"{datetime.fromtimestamp(facts.taken, UTC):%Y-%m-%d %H:%M}"
    except (OverflowError, OSError, ValueError):
        return None
