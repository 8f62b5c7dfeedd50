"""The checkout's own Python environment, `.venv`: made once, completed when it was interrupted, reused while it fits.

A state file in `.venv` says for which Python and place it was made and which pins it holds, as a hash. While packages
are being installed it says so, and so an installation that was cut off is noticed and begun afresh.
"""

import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import venv
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import system_packages
from problems import SetupError, say

ROOT = Path(__file__).resolve().parent.parent
STATE_NAME = "tlgui-setup.json"
RUN, TEST = "run", "test"
REQUIREMENTS = {
    RUN: ("packaging/requirements.txt",),
    TEST: ("packaging/requirements.txt", "packaging/requirements-dev.txt"),
}


@dataclass
class State:
    """What `.venv` holds.

    Args:
        made_for: The Python version, the system and the folder it was made for.
        installed: For `run` and `test`, the hash of what was installed.
        is_installing: True from before the first package until after the last.
    """

    made_for: str
    installed: dict[str, str] = field(default_factory=dict)
    is_installing: bool = False


def prepare(root: Path = ROOT, *, with_tests: bool = False) -> Path:
    """Make `.venv` fit the pins and return its Python; a moment's work where it fits already.

    Args:
        root: The checkout.
        with_tests: Also install what the tests need.

    Raises:
        SetupError: Something is missing that the user has to provide.
    """
    kind = TEST if with_tests else RUN
    if not _fits(root, kind):
        try:
            with _only_one_at_a_time(root):
                if not _fits(root, kind):
                    _make_fit(root, kind)
        except OSError as error:
            raise SetupError(
                f"The environment {root / '.venv'} could not be written: {error.strerror or error}.",
                "Free some space, or move the checkout to a folder of your own, then start again.",
            ) from error
    return venv_python(root / ".venv")


def venv_python(folder: Path) -> Path:
    """Return the path of an environment's Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(root: Path, kind: str) -> str:
    """Return the hash of everything that decides what is installed for `kind`."""
    digest = hashlib.sha256()
    for name in (*REQUIREMENTS[kind], "pyproject.toml"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def made_for(root: Path) -> str:
    """Return what an environment is bound to: the Python, the system, and its own place."""
    return " ".join([*platform.python_version_tuple()[:2], sys.platform, platform.machine(), str(root)])


def read_state(root: Path) -> State | None:
    """Return what `.venv` says of itself, or None where it says nothing that can be understood."""
    try:
        return State(**json.loads((root / ".venv" / STATE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write_state(root: Path, state: State) -> None:
    target = root / ".venv" / STATE_NAME
    temporary = target.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(state)), encoding="utf-8")
    temporary.replace(target)


def _fits(root: Path, kind: str) -> bool:
    state = read_state(root)
    return state is not None and _is_usable(root, state) and state.installed.get(kind) == fingerprint(root, kind)


def _is_usable(root: Path, state: State) -> bool:
    """Return whether packages can be added to `.venv` as it is."""
    return not state.is_installing and state.made_for == made_for(root) and venv_python(root / ".venv").exists()


def _make_fit(root: Path, kind: str) -> None:
    folder = root / ".venv"
    state = read_state(root)
    if state is None and folder.exists() and any(folder.iterdir()):
        raise SetupError(f"{folder} was made by something else.", "Move it away or delete it, then start again.")
    if state is None or not _is_usable(root, state):
        state = _make_afresh(root, was_interrupted=state is not None and state.is_installing)
    _install(root, kind, state)


def _make_afresh(root: Path, *, was_interrupted: bool) -> State:
    folder = root / ".venv"
    system_packages.provide_venv()
    say("The last installation was interrupted; beginning afresh." if was_interrupted else "Making .venv …")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    state = State(made_for(root), is_installing=True)
    _write_state(root, state)
    try:
        venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    except subprocess.CalledProcessError as error:
        raise SetupError(
            f"Python could not make {folder}: {error}.", "Install pip for it, then start again."
        ) from error
    return state


def _install(root: Path, kind: str, state: State) -> None:
    python = venv_python(root / ".venv")
    wanted = fingerprint(root, kind)
    state.is_installing = True
    _write_state(root, state)
    files = [str(root / name) for name in REQUIREMENTS[kind]]
    count = sum(_count_pins(Path(name)) for name in files)
    say(f"Installing {count} packages; the first time this downloads about 900 MB and takes a few minutes …")
    requirements = [word for name in files for word in ("--requirement", name)]
    run_pip(python, ["install", *requirements])
    # The build backend is among the pins, so nothing unpinned is fetched to build tlgui itself.
    run_pip(python, ["install", "--no-deps", "--no-build-isolation", "--editable", str(root)])
    state.is_installing = False
    state.installed[kind] = wanted
    if kind == TEST:
        state.installed[RUN] = fingerprint(root, RUN)
    _write_state(root, state)
    say("Installed.")


def _count_pins(requirements: Path) -> int:
    return sum("==" in line for line in requirements.read_text(encoding="utf-8").splitlines())


def run_pip(python: Path, arguments: list[str]) -> None:
    """Run pip with the user's own settings; its words are shown only when it fails.

    Raises:
        SetupError: It failed; the message holds its last lines.
    """
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    last_lines: deque[str] = deque(maxlen=8)
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            last_lines.append(line)
            _show_step(line)
    if pip.returncode:
        raise SetupError(
            f"pip could not install what tlgui needs:\n{''.join(last_lines).rstrip()}",
            "Check the network and the free space (3 GB), then start again; what was downloaded is kept.",
        )


def _show_step(line: str) -> None:
    """Show which package pip is at, over the same line, where a person watches."""
    words = line.split()
    if not sys.stderr.isatty() or len(words) < 2 or words[0] not in {"Collecting", "Installing"}:
        return
    name = "all packages" if words[0] == "Installing" else words[1].partition("==")[0]
    end = "\n" if words[0] == "Installing" else ""
    print(f"\r\033[K  {words[0].lower()} {name}", end=end, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _only_one_at_a_time(root: Path) -> Iterator[None]:
    """Wait while another start sets the same checkout up; the system releases the lock when a process dies."""
    with (root / ".venv.lock").open("a+") as stream:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another start is setting up this checkout; waiting for it …")
                fcntl.flock(stream, fcntl.LOCK_EX)
        yield
