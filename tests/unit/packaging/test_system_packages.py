"""What the start from a checkout says and does when the system lacks something."""

import os
import platform
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import bootstrap
import environment
import problems
import pytest
import system_packages
from system_packages import Library

MISSING = Library("libtlgui-not-there.so.1", "libnothere1", "nothere-fedora", "nothere-arch")
PRESENT = Library("libc.so.6", "libc6", "glibc", "glibc")


def system(
    monkeypatch: pytest.MonkeyPatch, *, like: str, user: int, programs: Sequence[str] = ("strace", "exiftool")
) -> None:
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


def test_root_on_debian_gets_the_programs_of_the_tests_too(
    monkeypatch: pytest.MonkeyPatch, apt_get: Callable[[str], Path]
) -> None:
    log = apt_get("exit 0")
    system(monkeypatch, like="debian", user=0, programs=())
    monkeypatch.setattr(system_packages, "QT_LIBRARIES", (PRESENT,))
    monkeypatch.delenv("CI", raising=False)
    system_packages.provide_for_tests()
    assert log.read_text(encoding="utf-8").splitlines() == [
        *("update", "install -y strace"),
        *("update", "install -y libimage-exiftool-perl"),
    ]


@pytest.mark.parametrize("like", ["debian", ""])
def test_without_strace_a_user_is_told_which_test_is_skipped_and_ci_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], like: str
) -> None:
    system(monkeypatch, like=like, user=1000, programs=("exiftool",))
    monkeypatch.setattr(system_packages, "QT_LIBRARIES", (PRESENT,))
    monkeypatch.delenv("CI", raising=False)
    system_packages.provide_for_tests()
    said = capsys.readouterr().err
    assert "Its test will be skipped" in said
    assert ("sudo apt-get install -y strace" in said) == (like == "debian")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(problems.SetupError, match="strace, which is missing"):
        system_packages.provide_for_tests()


@pytest.mark.parametrize(
    ("like", "package"),
    [("debian", "libimage-exiftool-perl"), ("fedora", "perl-Image-ExifTool"), ("arch", "perl-image-exiftool")],
)
def test_without_exiftool_the_tests_go_on_in_ci_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], like: str, package: str
) -> None:
    system(monkeypatch, like=like, user=1000, programs=("strace",))
    monkeypatch.setattr(system_packages, "QT_LIBRARIES", (PRESENT,))
    monkeypatch.setenv("CI", "true")

    system_packages.provide_for_tests()

    assert package in capsys.readouterr().err


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
