"""What tlgui needs from a Linux system and pip cannot bring: Qt's libraries, and Python's own `venv`.

Missing ones are named with the one command that installs them. As root on Debian and its relatives the command is run.
"""

import ctypes
import importlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from problems import SetupError, say

APT, DNF, PACMAN = "apt-get", "dnf", "pacman"
COMMANDS = {
    APT: (APT, "install", "-y"),
    DNF: (DNF, "install", "-y"),
    PACMAN: (PACMAN, "-S", "--needed", "--noconfirm"),
}
FAMILIES = {"debian": APT, "ubuntu": APT, "fedora": DNF, "rhel": DNF, "centos": DNF, "arch": PACMAN}

HEADLESS_HINT = """Start it on a desktop, or use the commands that need no display, such as:
  python3 packaging/bootstrap.py run -- sample-photos photos
  python3 packaging/bootstrap.py run -- train photos --out model.tlmodel
  python3 packaging/bootstrap.py run -- predict model.tlmodel photos
  python3 packaging/bootstrap.py run -- --help"""


@dataclass(frozen=True)
class Library:
    """One shared library and the package it comes in.

    Args:
        name: What the loader looks for.
        debian: Package on Debian, Ubuntu and relatives.
        fedora: Package on Fedora and relatives.
        arch: Package on Arch and relatives.
    """

    name: str
    debian: str
    fedora: str
    arch: str

    def package(self, manager: str) -> str:
        """Return the package for one package manager."""
        return {APT: self.debian, DNF: self.fedora, PACMAN: self.arch}[manager]


QT_LIBRARIES = (
    Library("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
)
X11_LIBRARIES = (
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb"),
    Library("libxcb-xinerama.so.0", "libxcb-xinerama0", "libxcb", "libxcb"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb"),
)


@dataclass(frozen=True)
class Program:
    """One program that some tests start; they are skipped without it.

    Args:
        name: How it is started.
        problem: What is tested with it.
        debian: Package on Debian, Ubuntu and relatives.
        fedora: Package on Fedora and relatives.
        arch: Package on Arch and relatives.
        is_needed_in_ci: Whether its tests must not be skipped there.
    """

    name: str
    problem: str
    debian: str
    fedora: str
    arch: str
    is_needed_in_ci: bool

    def package(self, manager: str) -> str:
        """Return the package for one package manager."""
        return {APT: self.debian, DNF: self.fedora, PACMAN: self.arch}[manager]


TEST_PROGRAMS = (
    Program(
        "strace",
        "That nothing leaves the computer is tested with strace, which is missing",
        "strace",
        "strace",
        "strace",
        is_needed_in_ci=True,
    ),
    Program(
        "exiftool",
        "That other programs read the keywords beside photos is tested with exiftool, which is missing",
        "libimage-exiftool-perl",
        "perl-Image-ExifTool",
        "perl-image-exiftool",
        is_needed_in_ci=False,
    ),
)


def provide_for_window() -> None:
    """Make sure that a window can be opened here.

    Raises:
        SetupError: There is no display, or libraries are missing; the hint says what to do.
    """
    if sys.platform != "linux":
        return
    if not _has_display():
        # Said before the first package is downloaded; tlgui says the same when it is started without this script.
        raise SetupError("There is no display to open the window on.", HEADLESS_HINT)
    _provide_libraries((*QT_LIBRARIES, *X11_LIBRARIES) if _uses_x11() else QT_LIBRARIES)


def provide_for_tests() -> None:
    """Make sure that Qt can run without a screen, as the tests do, and that system calls can be traced.

    Without one of the programs in `TEST_PROGRAMS` its tests are skipped, which will do at a person's desk, but for some
    not in CI.

    Raises:
        SetupError: Something is missing; the hint is the command that installs it.
    """
    if sys.platform != "linux":
        return
    _provide_libraries(QT_LIBRARIES)
    manager = package_manager()
    for program in TEST_PROGRAMS:
        if shutil.which(program.name) is not None:
            continue
        try:
            _provide(program.problem, [program.package(manager)] if manager else [])
        except SetupError as error:
            if program.is_needed_in_ci and os.environ.get("CI"):
                raise
            say(f"{error.message} Its test will be skipped. {error.hint}")


def provide_venv() -> None:
    """Make sure that this Python can make environments with pip in them; Debian ships that apart.

    Raises:
        SetupError: It cannot; the hint is the command that mends it.
    """
    if importlib.util.find_spec("ensurepip") is not None:
        return
    version = "{}.{}".format(*sys.version_info[:2])
    names = {APT: f"python{version}-venv", DNF: "python3-pip", PACMAN: "python-pip"}
    manager = package_manager()
    _provide(f"Python {version} came without venv", [names[manager]] if manager else [])
    importlib.invalidate_caches()


def missing_libraries(libraries: Sequence[Library]) -> list[Library]:
    """Return those that the loader cannot load."""
    return [library for library in libraries if not _loads(library.name)]


def package_manager() -> str | None:
    """Return this system's package manager, or None where it is not one we know the package names for."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return None
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    return next((FAMILIES[name] for name in names if name in FAMILIES), None)


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _has_display() -> bool:
    # A platform without a screen, such as offscreen, was chosen on purpose.
    chosen = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if chosen and chosen not in {"xcb", "wayland"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _uses_x11() -> bool:
    platform_name = os.environ.get("QT_QPA_PLATFORM", "")
    if platform_name:
        return platform_name.startswith("xcb")
    return not os.environ.get("WAYLAND_DISPLAY")


def _provide_libraries(libraries: Sequence[Library]) -> None:
    missing = missing_libraries(libraries)
    if missing:
        manager = package_manager()
        packages = sorted({library.package(manager) for library in missing}) if manager else []
        names = ", ".join(library.name for library in missing)
        _provide(f"The window needs system libraries that are missing: {names}", packages)


def _provide(problem: str, packages: Sequence[str]) -> None:
    """Install `packages` where that is ours to do; say the command where it is the user's."""
    manager = package_manager()
    if manager is None or not packages:
        raise SetupError(f"{problem}.", "Install them with your system's package manager, then start again.")
    command = [*COMMANDS[manager], *packages]
    is_root = os.geteuid() == 0
    shown = " ".join(command if is_root else ["sudo", *command])
    if manager != APT or not is_root:
        raise SetupError(f"{problem}.", f"Run this, then start again: {shown}")
    say(f"{problem}; running: {shown}")
    _run_apt(command, shown)


def _run_apt(command: Sequence[str], shown: str) -> None:
    # An update that half fails may still know the packages, so only the installation decides.
    _quietly((APT, "update"))
    result = _quietly(command)
    if result.returncode:
        last_lines = "\n".join(result.stderr.strip().splitlines()[-5:])
        raise SetupError(f"The packages could not be installed:\n{last_lines}", f"Run this, then start again: {shown}")


def _quietly(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
