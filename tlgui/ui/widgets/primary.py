"""The filled button of a page: the next thing to do. There is one a page, and none while there is nothing to do."""

from PySide6.QtWidgets import QAbstractButton

_PROPERTY = "primary"


def make_primary(button: QAbstractButton, *, is_primary: bool = True) -> None:
    """Fill `button`, a `QPushButton` or an `ActionButton`, with the accent colour, or draw it as any other.

    Args:
        button: The button.
        is_primary: Whether it is the one that is filled.
    """
    if shows_primary(button) == is_primary:
        return
    button.setProperty(_PROPERTY, is_primary)
    # The style sheet reads properties only when a widget is polished.
    button.style().unpolish(button)
    button.style().polish(button)


def shows_primary(button: QAbstractButton) -> bool:
    """Return whether `button` is filled."""
    return bool(button.property(_PROPERTY))
