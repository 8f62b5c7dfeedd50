"""Everything CI checks, cheapest first: what only reads the code, the test suites, and the built wheel.

A check that only reads the code ends the run when it fails. The suites are all run, so that one look shows everything.
"""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from environment import ROOT
from problems import say

SUITES = ("unit", "ui", "learning", "e2e")


@dataclass(frozen=True)
class Check:
    """One step.

    Args:
        name: What the summary calls it.
        arguments: What the environment's Python is given.
        stops_on_failure: Whether the steps after it are pointless once it has failed.
        report: A file that the step writes at its very end; without it a step that died in the middle, whatever its
            exit code, would count as passed.
    """

    name: str
    arguments: tuple[str, ...]
    stops_on_failure: bool = False
    report: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """How one check ended."""

    name: str
    exit_code: int
    seconds: float


def all_checks() -> list[Check]:
    """Return the checks in the order they are run."""
    reading = [
        Check("format", ("-m", "ruff", "format", "--check", "."), stops_on_failure=True),
        Check("lint", ("-m", "ruff", "check", "."), stops_on_failure=True),
        Check("types", ("-m", "mypy"), stops_on_failure=True),
        Check(
            "layers",
            ("-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))"),
            stops_on_failure=True,
        ),
    ]
    forget_coverage = Check("forget coverage", ("-m", "coverage", "erase"))
    coverage = Check("coverage", ("-m", "coverage", "report"))
    wheel = Check("wheel", (str(ROOT / "packaging" / "wheel_check.py"),))
    return [*reading, forget_coverage, wheel, *map(_suite, SUITES), coverage]


def run_everything(python: Path) -> int:
    """Run every check with `python` and print how each went; return 0 when all passed."""
    return run_checks(python, all_checks())


def run_checks(python: Path, checks: Sequence[Check]) -> int:
    """Run `checks` in order, print a summary, and return 0 when all passed, else 1."""
    outcomes: list[Outcome] = []
    for check in checks:
        say(f"\n=== {check.name}")
        start = time.monotonic()
        outcomes.append(Outcome(check.name, _exit_code(python, check), time.monotonic() - start))
        say(f"=== {_sentence(outcomes[-1])}")
        if outcomes[-1].exit_code and check.stops_on_failure:
            break
    left_out = len(checks) - len(outcomes)
    say("\nSummary\n" + "\n".join(f"  {_sentence(outcome)}" for outcome in outcomes))
    if left_out:
        say(f"  {left_out} further checks were not run")
    return int(any(outcome.exit_code for outcome in outcomes))


def _exit_code(python: Path, check: Check) -> int:
    if check.report is not None:
        check.report.unlink(missing_ok=True)
    code = subprocess.run([python, *check.arguments], cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode
    if code == 0 and check.report is not None and not check.report.exists():
        say(f"{check.name} ended before its end.")
        return 1
    return code


def _suite(name: str) -> Check:
    # One process a suite: a crash in one cannot hide the others, and their coverage adds up in one file.
    report = ROOT / ".pytest_cache" / f"{name}.xml"
    options = ("--quiet", "--cov=tlgui", "--cov-append", "--cov-report=", f"--junit-xml={report}")
    return Check(f"tests: {name}", ("-m", "pytest", f"tests/{name}", *options), report=report)


def _sentence(outcome: Outcome) -> str:
    verdict = "ok" if outcome.exit_code == 0 else f"FAILED (exit code {outcome.exit_code})"
    return f"{outcome.name}: {verdict}, {outcome.seconds:.1f} s"
