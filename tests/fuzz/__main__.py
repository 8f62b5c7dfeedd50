"""Reads damaged files for a while and says what came of them; 1 is returned where a reader did not keep its word.

Usage: `python -m tests.fuzz [--minutes 10] [--only photos,models] [--seed N] [--photos FOLDER]`, and
`python -m tests.fuzz replay FILE` for a file that was kept.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.campaign import Campaign, Fuzzer, kept_parts
from tests.fuzz.families import Family
from tests.fuzz.registry import all_families
from tests.fuzz.table import fault_lines, tallies_table

_MINUTES = 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Feed damaged files to every reader.")
    parser.add_argument("--minutes", type=float, default=_MINUTES, help="how long; 0: seeds alone, as they are")
    parser.add_argument("--only", metavar="NAMES", help="families, with commas between them")
    parser.add_argument("--seed", type=int, default=1, help="another one gives other files")
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="real photos, some of which are damaged too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where files that show faults are kept")
    commands = parser.add_subparsers(dest="command")
    replay = commands.add_parser("replay", help="read a kept file again")
    replay.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    families = {family.name: family for family in all_families(options.photos and options.photos.resolve())}
    with tempfile.TemporaryDirectory(prefix="tlgui-fuzz-", ignore_cleanup_errors=True) as folder:
        if options.command == "replay":
            return _replay(Path(folder), families, options.file)
        names = options.only.split(",") if options.only else list(families)
        if unknown := set(names) - families.keys():
            parser.error(f"there is no family {', '.join(sorted(unknown))}; there are {', '.join(families)}")
        kept = options.keep or Path(tempfile.gettempdir()) / f"tlgui-fuzz-kept-{options.seed}"
        return _run(Path(folder), [families[name] for name in names], options.seed, options.minutes, kept.resolve())


def _run(folder: Path, families: Sequence[Family], seed: int, minutes: float, kept: Path) -> int:
    with Fuzzer(folder) as fuzzer:
        campaign = Campaign(fuzzer, families, seed, kept, _say)
        end = time.monotonic() + 60 * minutes
        campaign.run(lambda: time.monotonic() >= end)
    print(tallies_table(campaign.tallies))
    if not campaign.is_clean:
        print(f"\nThe files that show these faults are kept in {kept}:\n{fault_lines(campaign.faults.values())}")
    return 0 if campaign.is_clean else 1


def _replay(folder: Path, families: dict[str, Family], path: Path) -> int:
    try:
        family, name = kept_parts(path)
        readers = families[family]
    except (ValueError, KeyError):
        _say(f"“{path.name}” is not called as kept files are: FAMILY.NUMBER.NAME.")
        return 2
    is_clean = True
    with Fuzzer(folder) as fuzzer:
        for reader, result in fuzzer.read(readers, name, path.read_bytes()):
            print(f"{family}, {reader}: {result.outcome}, {result.seconds:.1f} s, {result.peak_bytes / 2**20:,.0f} MiB")
            print("\n".join(part for part in (result.signature, result.details) if part))
            is_clean &= not result.outcome.is_fault
    return 0 if is_clean else 1


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
