"""Findings whose button leaves photos out, and helpers that all findings use."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tlgui.photos.counting import counted
from tlgui.photos.health.findings import Finding, FindingKind, LeaveOut, Severity


def each(paths: Sequence[Path]) -> tuple[tuple[Path, ...], ...]:
    """Return each file as a group of one.

    Example:
        >>> each([Path("a.jpg"), Path("b.jpg")]) == ((Path("a.jpg"),), (Path("b.jpg"),))
        True
    """
    return tuple((path,) for path in paths)


def leave_out_words(number: int, singular: str = "photo", plural: str = "") -> str:
    """Return the text of a button that leaves photos out, with its mnemonic.

    Args:
        number: How many.
        singular: What one is called, "photo" by default.
        plural: What several are called; empty, the default, adds an "s" to `singular`.

    Example:
        >>> leave_out_words(2), leave_out_words(1, "copy", "copies")
        ('Leave &out 2 photos', 'Leave &out 1 copy')
    """
    return f"Leave &out {counted(number, singular, plural)}"


def to_leave_out(
    kind: FindingKind, severity: Severity, title: str, explanation: str, paths: Sequence[Path]
) -> Iterator[Finding]:
    """Yield a finding whose button leaves its photos out; nothing where there are no photos.

    Args:
        kind: What is wrong.
        severity: How much it matters.
        title: One line with the number.
        explanation: Why it matters, and what to do.
        paths: The photos.
    """
    if paths:
        words = leave_out_words(len(paths))
        yield Finding(kind, severity, title, explanation, each(paths), LeaveOut(tuple(paths)), words)
