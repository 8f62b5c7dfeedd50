"""The start from a checkout: what it makes, what it reuses, and what it says when the system lacks something."""

import fcntl
import os
import platform
import re
import sys
import threading
import tomllib
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

import bootstrap
import checks
import environment
import problems
import pytest
import system_packages
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from system_packages import Library

ROOT = Path(__file__).resolve().parents[3]
MISSING = Library("libtlgui-not-there.so.1", "libnothere1", "nothere-fedora", "nothere-arch")
PRESENT = Library("libc.so.6", "libc6", "glibc", "glibc")


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


def test_two_starts_take_turns(checkout: Path, pip_calls: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    waiting = threading.Event()
    starts = threading.Thread(target=environment.prepare, args=(checkout,))
    with (checkout / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        starts.start()
        while not waiting.is_set():
            if "waiting" in capsys.readouterr().err:
                waiting.set()
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


@pytest.mark.parametrize("arguments", [[], ["open"], ["run", "train"], ["test", "--", "unit"]])
def test_wrong_usage_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(arguments) == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "opens"),
    [([], True), (["train", "photos"], False), (["--version"], False), (["-h"], False)],
)
def test_opens_window_only_without_a_command(arguments: list[str], *, opens: bool) -> None:
    assert bootstrap.opens_window(arguments) is opens


def system(monkeypatch: pytest.MonkeyPatch, *, like: str, user: int, programs: Sequence[str] = ("strace",)) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": "some", "ID_LIKE": like})
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}" if name in programs else None)


@pytest.mark.parametrize(
    ("like", "command"),
    [
        ("debian", "sudo apt-get install -y libnothere1"),
        ("ubuntu debian", "sudo apt-get install -y libnothere1"),
        ("rhel fedora", "sudo dnf install -y nothere-fedora"),
        ("arch", "sudo pacman -S --needed --noconfirm nothere-arch"),
    ],
)
def test_missing_library_is_named_with_one_command(monkeypatch: pytest.MonkeyPatch, like: str, command: str) -> None:
    system(monkeypatch, like=like, user=1000)
    monkeypatch.setattr(system_packages, "QT_LIBRARIES", (PRESENT, MISSING))
    with pytest.raises(problems.SetupError) as caught:
        system_packages.provide_for_tests()
    assert MISSING.name in caught.value.message
    assert PRESENT.name not in caught.value.message
    assert caught.value.hint.endswith(f": {command}")


def test_missing_library_on_an_unknown_system_is_still_named(monkeypatch: pytest.MonkeyPatch) -> None:
    system(monkeypatch, like="", user=1000)
    monkeypatch.setattr(system_packages, "QT_LIBRARIES", (MISSING,))
    with pytest.raises(problems.SetupError, match=MISSING.name):
        system_packages.provide_for_tests()


@pytest.fixture
def apt_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that puts an `apt-get` on the search path; it notes its arguments, then does as told."""
    log = tmp_path / "apt.log"

    def put(then: str) -> Path:
        program = tmp_path / "apt-get"
        program.write_text(f'#!/bin/sh\necho "$@" >> {log}\n{then}\n', encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return log

    return put


def test_root_on_debian_installs_by_itself(monkeypatch: pytest.MonkeyPatch, apt_get: Callable[[str], Path]) -> None:
    log = apt_get("exit 0")
    system(monkeypatch, like="debian", user=0)
    monkeypatch.setattr(system_packages, "QT_LIBRARIES", (PRESENT, MISSING))
    system_packages.provide_for_tests()
    assert log.read_text(encoding="utf-8").splitlines() == ["update", "install -y libnothere1"]


def test_root_on_debian_gets_strace_too(monkeypatch: pytest.MonkeyPatch, apt_get: Callable[[str], Path]) -> None:
    log = apt_get("exit 0")
    system(monkeypatch, like="debian", user=0, programs=())
    monkeypatch.setattr(system_packages, "QT_LIBRARIES", (PRESENT,))
    monkeypatch.delenv("CI", raising=False)
    system_packages.provide_for_tests()
    assert log.read_text(encoding="utf-8").splitlines() == ["update", "install -y strace"]


@pytest.mark.parametrize("like", ["debian", ""])
def test_without_strace_a_user_is_told_which_test_is_skipped_and_ci_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], like: str
) -> None:
    system(monkeypatch, like=like, user=1000, programs=())
    monkeypatch.setattr(system_packages, "QT_LIBRARIES", (PRESENT,))
    monkeypatch.delenv("CI", raising=False)
    system_packages.provide_for_tests()
    said = capsys.readouterr().err
    assert "Its test will be skipped" in said
    assert ("sudo apt-get install -y strace" in said) == (like == "debian")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(problems.SetupError, match="strace, which is missing"):
        system_packages.provide_for_tests()


def test_failed_installation_shows_why(monkeypatch: pytest.MonkeyPatch, apt_get: Callable[[str], Path]) -> None:
    apt_get("echo 'E: Unable to locate package' >&2; exit 100")
    system(monkeypatch, like="debian", user=0)
    monkeypatch.setattr(system_packages, "QT_LIBRARIES", (MISSING,))
    with pytest.raises(problems.SetupError, match="Unable to locate package") as caught:
        system_packages.provide_for_tests()
    assert caught.value.hint.endswith("apt-get install -y libnothere1")


def test_python_without_venv_is_named_with_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    system(monkeypatch, like="debian", user=1000)
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(problems.SetupError, match="came without venv") as caught:
        system_packages.provide_venv()
    assert re.search(r"sudo apt-get install -y python3\.\d+-venv$", caught.value.hint)


def without_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


def test_no_display_names_the_headless_commands_before_anything_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def prepare() -> None:
        pytest.fail("the environment was made")

    without_display(monkeypatch)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(environment, "prepare", prepare)
    assert bootstrap.main(["run"]) == 1
    said = capsys.readouterr().err
    assert "error: There is no display" in said
    assert "bootstrap.py run -- train" in said


@pytest.mark.parametrize(
    ("variables", "asked"),
    [
        ({"DISPLAY": ":0"}, ["base", "x11"]),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ["base"]),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "QT_QPA_PLATFORM": "xcb"}, ["base", "x11"]),
        ({"QT_QPA_PLATFORM": "offscreen"}, ["base"]),
    ],
)
def test_window_asks_for_the_libraries_of_its_platform(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], asked: list[str]
) -> None:
    without_display(monkeypatch)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    looked_up: list[str] = []

    def missing_libraries(libraries: tuple[str, ...]) -> list[str]:
        looked_up.extend(libraries)
        return []

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system_packages, "QT_LIBRARIES", ("base",))
    monkeypatch.setattr(system_packages, "X11_LIBRARIES", ("x11",))
    monkeypatch.setattr(system_packages, "missing_libraries", missing_libraries)
    system_packages.provide_for_window()
    assert looked_up == asked


def touching(name: str, path: Path, exit_code: int = 0, report: Path | None = None) -> checks.Check:
    """Return a check that makes a file, says something and ends."""
    code = f"open({str(path)!r}, 'w').close(); print('said by {name}'); raise SystemExit({exit_code})"
    return checks.Check(name, ("-c", code), report=report)


@pytest.fixture
def all_checks(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[checks.Check]]:
    """Replace what `test` checks by what the test puts in."""
    replaced: dict[str, list[checks.Check]] = {"reading": [], "running": []}
    monkeypatch.setattr(checks, "reading_checks", lambda: replaced["reading"])
    monkeypatch.setattr(checks, "running_checks", lambda: replaced["running"])
    monkeypatch.setattr(checks, "coverage_checks", list)
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
