"""The start from a checkout: what it makes, and what it reuses."""

import fcntl
import re
import sys
import threading
import tomllib
import venv
from pathlib import Path

import bootstrap
import checks
import environment
import problems
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
_WAIT_SECONDS = 60.0


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a folder that looks like the checkout to the set-up."""
    (tmp_path / "packaging").mkdir()
    for name in ("packaging/requirements.txt", "packaging/requirements-dev.txt", "pyproject.toml"):
        (tmp_path / name).write_text("one==1\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def pip_calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Make environments without pip, which takes seconds, and note what pip would have been asked."""
    calls: list[list[str]] = []
    real_create = venv.create

    def create(folder: Path, *, with_pip: bool, symlinks: bool) -> None:
        assert with_pip
        real_create(folder, with_pip=False, symlinks=symlinks)

    def run_pip(python: Path, arguments: list[str]) -> None:
        assert python.exists()
        calls.append(arguments)

    monkeypatch.setattr(venv, "create", create)
    monkeypatch.setattr(environment, "run_pip", run_pip)
    return calls


def interrupt(_python: Path, _arguments: list[str]) -> None:
    raise KeyboardInterrupt


def test_prepare_installs_pins_and_project(checkout: Path, pip_calls: list[list[str]]) -> None:
    python = environment.prepare(checkout)
    assert python.is_relative_to(checkout / ".venv")
    requirements, project = pip_calls
    assert requirements == ["install", "--requirement", str(checkout / "packaging/requirements.txt")]
    assert project[-2:] == ["--editable", str(checkout)]


def test_second_start_reuses_the_environment(checkout: Path, pip_calls: list[list[str]]) -> None:
    environment.prepare(checkout)
    pip_calls.clear()
    environment.prepare(checkout)
    assert pip_calls == []


def test_environment_of_the_tests_serves_the_window_too(checkout: Path, pip_calls: list[list[str]]) -> None:
    environment.prepare(checkout, with_tests=True)
    assert str(checkout / "packaging/requirements-dev.txt") in pip_calls[0]
    pip_calls.clear()
    environment.prepare(checkout)
    assert pip_calls == []


@pytest.mark.parametrize("changed", ["packaging/requirements.txt", "pyproject.toml"])
def test_changed_pins_are_installed(checkout: Path, pip_calls: list[list[str]], changed: str) -> None:
    environment.prepare(checkout)
    kept = checkout / ".venv/kept"
    kept.touch()
    (checkout / changed).write_text("one==2\n", encoding="utf-8")
    pip_calls.clear()
    environment.prepare(checkout)
    assert pip_calls
    assert kept.exists()


def test_interrupted_installation_is_begun_afresh(
    checkout: Path,
    pip_calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(environment, "run_pip", interrupt)
        with pytest.raises(KeyboardInterrupt):
            environment.prepare(checkout)
    half_unpacked = checkout / ".venv/half-unpacked"
    half_unpacked.touch()
    environment.prepare(checkout)
    assert not half_unpacked.exists()
    assert len(pip_calls) == 2
    assert "interrupted" in capsys.readouterr().err


def test_environment_of_another_place_is_made_afresh(checkout: Path, pip_calls: list[list[str]]) -> None:
    environment.prepare(checkout)
    moved = checkout.with_name(f"{checkout.name}-moved")
    checkout.rename(moved)
    pip_calls.clear()
    environment.prepare(moved)
    assert len(pip_calls) == 2


def test_environment_whose_python_is_gone_is_made_afresh(checkout: Path, pip_calls: list[list[str]]) -> None:
    python = environment.prepare(checkout)
    python.unlink()
    pip_calls.clear()
    assert environment.prepare(checkout).exists()
    assert len(pip_calls) == 2


def test_environment_made_by_something_else_is_left_alone(checkout: Path, pip_calls: list[list[str]]) -> None:
    foreign = checkout / ".venv/mine.txt"
    foreign.parent.mkdir()
    foreign.touch()
    with pytest.raises(problems.SetupError, match="made by something else"):
        environment.prepare(checkout)
    assert foreign.exists()
    assert pip_calls == []


def test_two_starts_take_turns(checkout: Path, pip_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = threading.Event()

    def said(words: str) -> None:
        if "waiting" in words:
            waiting.set()

    # Not by what is captured: reading that while another thread writes can lose what it wrote.
    monkeypatch.setattr(environment, "say", said)
    starts = threading.Thread(target=environment.prepare, args=(checkout,))
    with (checkout / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        starts.start()
        assert waiting.wait(_WAIT_SECONDS)
        assert pip_calls == []
    starts.join()
    assert len(pip_calls) == 2


def test_pip_failure_shows_its_last_lines() -> None:
    with pytest.raises(problems.SetupError, match="No matching distribution"):
        environment.run_pip(Path(sys.executable), ["install", "--no-index", "tlgui-package-that-is-not-there"])


def test_unsupported_python_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bootstrap, "SUPPORTED", ())
    assert bootstrap.main(["run"]) == 1
    said = capsys.readouterr().err
    assert "error: tlgui needs Python 3.11, 3.12 or 3.13" in said
    assert "hint:" in said


def test_supported_python_on_the_path_takes_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands: list[list[str]] = []

    def replace_process(command: list[str]) -> int:
        commands.append(command)
        return 0

    other = tmp_path / "python3.12"
    other.write_text("#!/bin/sh\necho 3 12\n", encoding="utf-8")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    monkeypatch.setattr(bootstrap, "replace_process", replace_process)
    assert bootstrap.main(["run", "--", "--version"]) == 0
    assert commands == [[str(other), str(ROOT / "packaging/bootstrap.py"), "run", "--", "--version"]]


@pytest.mark.parametrize(
    "arguments",
    [[], ["open"], ["run", "train"], ["test", "--", "unit"], ["run", "--coverage"], ["test", "--coverage", "unit"]],
)
def test_wrong_usage_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(arguments) == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "opens"),
    [([], True), (["train", "photos"], False), (["--version"], False), (["-h"], False)],
)
def test_opens_window_only_without_a_command(arguments: list[str], *, opens: bool) -> None:
    assert bootstrap.opens_window(arguments) is opens


def touching(name: str, path: Path, exit_code: int = 0, report: Path | None = None) -> checks.Check:
    """Return a check that makes a file, says something and ends."""
    code = f"open({str(path)!r}, 'w').close(); print('said by {name}'); raise SystemExit({exit_code})"
    return checks.Check(name, ("-c", code), report=report)


@pytest.fixture
def all_checks(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[checks.Check]]:
    """Replace what `test` checks by what the test puts in."""
    replaced: dict[str, list[checks.Check]] = {"reading": [], "running": []}
    monkeypatch.setattr(checks, "reading_checks", lambda: replaced["reading"])
    monkeypatch.setattr(checks, "running_checks", lambda **_: replaced["running"])
    return replaced


def test_failing_lint_ends_the_checks(all_checks: dict[str, list[checks.Check]], tmp_path: Path) -> None:
    all_checks["reading"] = [touching("lint", tmp_path / "lint", 1), touching("types", tmp_path / "types")]
    all_checks["running"] = [touching("suite", tmp_path / "suite")]
    assert checks.run_everything(Path(sys.executable)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["lint"]


def test_failing_suite_fails_the_checks_but_lets_the_others_run(
    all_checks: dict[str, list[checks.Check]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    all_checks["running"] = [
        touching("first", tmp_path / "first", 1),
        touching("second", tmp_path / "second"),
        touching("third", tmp_path / "third"),
    ]
    assert checks.run_everything(Path(sys.executable)) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"first", "second", "third"}
    summary = capsys.readouterr().out.partition("Summary")[2]
    assert re.search(r"first: FAILED \(exit code 1\), [\d.]+ s: said by first", summary)
    assert "second: ok" in summary


@pytest.mark.parametrize("with_coverage", [False, True])
def test_suites_are_traced_on_request_alone(*, with_coverage: bool) -> None:
    suites = [check for check in checks.running_checks(with_coverage=with_coverage) if "pytest" in check.arguments]
    assert len(suites) == 4
    assert {"--cov=tlgui" in suite.arguments for suite in suites} == {with_coverage}


def test_passing_checks_pass(all_checks: dict[str, list[checks.Check]], tmp_path: Path) -> None:
    all_checks["reading"] = [touching("lint", tmp_path / "lint")]
    all_checks["running"] = [touching("suite", tmp_path / "suite", report=tmp_path / "suite")]
    assert checks.run_everything(Path(sys.executable)) == 0


def test_suite_that_dies_with_exit_code_0_fails_the_checks(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.touch()
    died = checks.Check("suite", ("-c", "import os; os._exit(0)"), report=report)
    outcome = checks.run_check(Path(sys.executable), died)
    assert (outcome.exit_code, outcome.closing_line) == (1, "suite ended before its end")


@pytest.mark.parametrize("kind", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_is_pinned_within_its_range(kind: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {
        "requirements.txt": [*project["project"]["dependencies"], *project["build-system"]["requires"]],
        "requirements-dev.txt": project["project"]["optional-dependencies"]["dev"],
    }[kind]
    lines = (ROOT / "packaging" / kind).read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    versions = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}
    for requirement in map(Requirement, needed):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, requirement
