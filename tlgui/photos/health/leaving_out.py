"""The findings that one button mends by leaving photos out, and what they have in common with the others."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tlgui.photos.counting import counted
from tlgui.photos.health.findings import Finding, FindingKind, LeaveOut, Severity


def each(paths: Sequence[Path]) -> tuple[tuple[Path, ...], ...]:
    """Return files that do not belong together, a group each."""
    return tuple((path,) for path in paths)


def leave_out_words(number: int, singular: str = "photo", plural: str = "") -> str:
    """Return what a button says that leaves so many photos out."""
    return f"Leave &out {counted(number, singular, plural)}"


def to_leave_out(
    kind: FindingKind, severity: Severity, title: str, explanation: str, paths: Sequence[Path]
) -> Iterator[Finding]:
    """Yield a finding about single photos, which its button leaves out; nothing where there are none.

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
