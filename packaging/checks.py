"""Everything CI checks: first what only reads the code, then the built wheel and the test suites, three at once.

A check that only reads the code ends the run when it fails. The suites are all run, so that one look shows everything.
Coverage is measured on request: its tracing takes a fifth of the suites' time.
"""

import os
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from environment import ROOT

# As many as keep two cores busy: a third of the time, tests wait. Most of them hold TensorFlow, which takes a gigabyte
# or two each time.
AT_ONCE = 3


@dataclass(frozen=True)
class Check:
    """One step.

    Args:
        name: What the summary calls it.
        arguments: What the environment's Python is given.
        variables: Environment variables it gets beside those that are there.
        report: A file that the step writes at its very end; without it a step that died in the middle, whatever its
            exit code, would count as passed.
    """

    name: str
    arguments: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)
    report: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """How one check ended.

    Args:
        name: The check.
        exit_code: Its exit code; 0 when it passed.
        seconds: How long it took.
        closing_line: The last thing it said.
    """

    name: str
    exit_code: int
    seconds: float
    closing_line: str


def reading_checks() -> list[Check]:
    """Return the checks that only read the code, cheapest first."""
    lint_imports = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))"
    return [
        Check("format", ("-m", "ruff", "format", "--check", ".")),
        Check("lint", ("-m", "ruff", "check", ".")),
        Check("types", ("-m", "mypy")),
        Check("layers", ("-c", lint_imports)),
    ]


def running_checks(*, with_coverage: bool = False) -> list[Check]:
    """Return the checks that run the program, longest first, so that no core is left with a long one at the end."""
    wheel = Check("wheel", (str(ROOT / "packaging" / "wheel_check.py"),))
    suites = {name: _suite(name, with_coverage=with_coverage) for name in ("learning", "ui", "unit", "e2e")}
    return [suites["learning"], suites["ui"], suites["unit"], suites["e2e"], wheel]


def coverage_checks() -> list[Check]:
    """Return what adds the suites' coverage up and prints it."""
    return [
        Check("add coverage up", ("-m", "coverage", "combine", "--quiet")),
        Check("coverage", ("-m", "coverage", "report")),
    ]


def run_everything(python: Path, *, with_coverage: bool = False) -> int:
    """Run every check with `python`, print how each went, and return 0 when all passed, else 1.

    Args:
        python: The Python of the environment.
        with_coverage: Also measure which lines the suites run, and print it.
    """
    forget = Check("forget coverage", ("-m", "coverage", "erase"))
    outcomes = run_until_failure(python, [*reading_checks(), *([forget] if with_coverage else [])])
    if all_passed(outcomes):
        outcomes += run_side_by_side(python, running_checks(with_coverage=with_coverage))
        if with_coverage:
            outcomes += run_until_failure(python, coverage_checks())
    else:
        _show("\nThe code must pass this first; the tests were not run.")
    _show("\nSummary\n" + "\n".join(f"  {_sentence(outcome)}" for outcome in outcomes))
    return 0 if all_passed(outcomes) else 1


def all_passed(outcomes: Sequence[Outcome]) -> bool:
    """Return whether every check passed."""
    return not any(outcome.exit_code for outcome in outcomes)


def run_until_failure(python: Path, checks: Sequence[Check]) -> list[Outcome]:
    """Run `checks` in order, up to the first that fails."""
    outcomes: list[Outcome] = []
    for check in checks:
        outcomes.append(run_check(python, check))
        if outcomes[-1].exit_code:
            break
    return outcomes


def run_side_by_side(python: Path, checks: Sequence[Check]) -> list[Outcome]:
    """Run all `checks`, also after a failure, `AT_ONCE` of them at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda check: run_check(python, check), checks))


def run_check(python: Path, check: Check) -> Outcome:
    """Run one check; what it says is shown in one piece when it has ended."""
    if check.report is not None:
        check.report.unlink(missing_ok=True)
    _show(f"… {check.name}")
    start = time.monotonic()
    result = subprocess.run(
        [python, *check.arguments],
        cwd=ROOT,
        # Else each process of the program, of which the suites start hundreds, compiles all its modules anew.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **check.variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    code, output = result.returncode, result.stdout.rstrip()
    if code == 0 and check.report is not None and not check.report.exists():
        code, output = 1, f"{output}\n{check.name} ended before its end"
    lines = output.splitlines() or [""]
    outcome = Outcome(check.name, code, time.monotonic() - start, lines[-1].strip("= "))
    _show(f"\n=== {check.name}\n{output}\n=== {_sentence(outcome)}\n")
    return outcome


def _show(text: str) -> None:
    # On standard output, because CI's results are read from the suites' closing lines there.
    print(text, flush=True)


def _suite(name: str, *, with_coverage: bool) -> Check:
    # One process a suite: a crash in one cannot hide the others.
    folder = ROOT / ".pytest_cache"
    folder.mkdir(exist_ok=True)
    report = folder / f"{name}.xml"
    coverage = ("--cov=tlgui", "--cov-report=") if with_coverage else ()
    arguments = ("-m", "pytest", f"tests/{name}", *coverage, f"--junit-xml={report}")
    return Check(f"tests: {name}", arguments, {"COVERAGE_FILE": str(ROOT / f".coverage.{name}")}, report)


def _sentence(outcome: Outcome) -> str:
    verdict = "ok" if outcome.exit_code == 0 else f"FAILED (exit code {outcome.exit_code})"
    return f"{outcome.name}: {verdict}, {outcome.seconds:.1f} s: {outcome.closing_line}"
