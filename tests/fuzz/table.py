"""The closing table: what came of the files, reader by reader, and how each fault is seen again."""

from collections.abc import Iterable, Mapping

from tests.fuzz.campaign import Fault, Tally
from tests.fuzz.worker import Outcome

_MIB = 2**20


def tallies_table(tallies: Mapping[tuple[str, str], Tally]) -> str:
    """Return the counts as a Markdown table, with their sums at its end."""
    heads = ("family", "reader", "files", *Outcome, "slowest, s", "peak, MiB")
    rows = [_cells(family, reader, tally) for (family, reader), tally in tallies.items()]
    rows.append(_cells("all", "", _sum(tallies.values())))
    lines = [heads, ("---", "---", *["---:"] * (len(heads) - 2)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fault_lines(faults: Iterable[Fault]) -> str:
    """Return each fault in a paragraph, with the command that shows it again."""
    return "\n".join(
        f"{fault.count} x {fault.family}, {fault.reader}: {fault.result.outcome}: {fault.result.signature}\n"
        f"    python -m tests.fuzz replay '{fault.kept[0]}'"
        for fault in faults
    )


def _cells(family: str, reader: str, tally: Tally) -> tuple[str, ...]:
    counts = [f"{tally.counts[outcome]:,}" for outcome in Outcome]
    size = f"{tally.peak_bytes / _MIB:,.0f}"
    return (family, reader, f"{tally.counts.total():,}", *counts, f"{tally.slowest_seconds:.1f}", size)


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.counts += tally.counts
        total.slowest_seconds = max(total.slowest_seconds, tally.slowest_seconds)
        total.peak_bytes = max(total.peak_bytes, tally.peak_bytes)
    return total
