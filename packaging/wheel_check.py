"""Builds the wheel, installs it into a fresh environment and uses it from outside the checkout, as a stranger would.

Run by `bootstrap.py test` with the Python of `.venv`, which holds the pinned build backend.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from environment import ROOT, run_pip, venv_python
from problems import SetupError, say

ResultT = TypeVar("ResultT")
TIMEOUT_SECONDS = 600

# The program's own start, and the user's own way to end it.
WINDOW_SCRIPT = """
import multiprocessing, sys

def close(application):
    windows = [window for window in application.topLevelWidgets() if window.isVisible()]
    assert windows, "no window is visible"
    assert not {"tensorflow", "keras"} & sys.modules.keys(), "the window has loaded TensorFlow"
    application.closeAllWindows()

def main():
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication
    from tlgui import app

    application = QApplication([])
    QTimer.singleShot(3000, lambda: close(application))
    assert app.main() == 0, "the program did not end well"
    assert not multiprocessing.active_children(), "the engine is still there"
    print("closed")

if __name__ == "__main__":
    main()
"""


class CheckFailedError(Exception):
    """The installed wheel does not do what it must."""


def check(work: Path) -> None:
    """Build, install and use the wheel below `work`, an empty folder.

    Raises:
        CheckFailedError: It does not work as installed.
        SetupError: It could not be built or installed.
    """
    python = _install(_build(work), work / "environment")
    outside = work / "outside"
    outside.mkdir()
    tlgui = Installed(python, outside)
    tlgui.expect_version()
    tlgui.expect_own_resources()
    tlgui.expect_training_and_prediction()
    tlgui.expect_window()


class Installed:
    """The installed program, with an isolated home folder.

    Args:
        python: The Python of the environment it is installed in.
        folder: Where it is started, outside any checkout.
    """

    def __init__(self, python: Path, folder: Path) -> None:
        self._python = python
        self._folder = folder
        self._environment = _clean_environment(folder)

    def expect_version(self) -> None:
        """The command answers, and the module does too."""
        answers = {self._tlgui("--version"), self._run(str(self._python), "-m", "tlgui", "--version")}
        if len(answers) != 1 or "0." not in answers.pop():
            raise CheckFailedError(f"--version answers {answers}")

    def expect_own_resources(self) -> None:
        """The shipped weights are found inside the environment, not in the checkout."""
        for backbone in ("efficientnet-lite0", "efficientnet-lite2"):
            code = f"from tlgui import files; print(files.resource('weights/{backbone}.weights.h5'))"
            weights = Path(self.run_python(code).strip())
            if not weights.is_file() or not weights.is_relative_to(self._python.parent.parent.resolve()):
                raise CheckFailedError(f"the weights are looked for at {weights}")

    def expect_training_and_prediction(self) -> None:
        """Photos are drawn, a model learns them, and names one of them rightly."""
        _step("sample photos", lambda: self._tlgui("sample-photos", "photos"))
        quickly = ("--set", "epochs=8")
        _step("train", lambda: self._tlgui("train", "photos", "--out", "model.tlmodel", *quickly))
        photo = next((self._folder / "photos").glob("*/*.jpg"))
        answer = _step("predict", lambda: self._tlgui("predict", "model.tlmodel", str(photo), "--json"))
        if photo.parent.name not in json.dumps(json.loads(answer.splitlines()[-1])):
            raise CheckFailedError(f"{photo} was predicted as {answer}")

    def expect_window(self) -> None:
        """The window opens with its engine behind it, and closes without leaving anything."""
        if "closed" not in _step("window", lambda: self.run_python(WINDOW_SCRIPT)):
            raise CheckFailedError("the window was not closed by its user")

    def run_python(self, code: str) -> str:
        """Run a script kept in a file, which the engine's process can import again; return what it prints."""
        script = self._folder / "script.py"
        script.write_text(code, encoding="utf-8")
        return self._run(str(self._python), str(script))

    def _tlgui(self, *arguments: str) -> str:
        return self._run(str(self._python.parent / "tlgui"), *arguments)

    def _run(self, *command: str) -> str:
        try:
            result = subprocess.run(
                command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise CheckFailedError(f"{' '.join(command)} did not end: {error.stderr!r}") from error
        if result.returncode or "Traceback" in result.stderr:
            raise CheckFailedError(
                f"{' '.join(command)} exited with {result.returncode}\n{result.stdout}\n{result.stderr}"
            )
        return result.stdout


def _build(work: Path) -> Path:
    folder = work / "wheel"
    arguments = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    _step("build", lambda: run_pip(Path(sys.executable), arguments))
    (wheel,) = folder.glob("tlgui-*.whl")
    return wheel


def _install(wheel: Path, folder: Path) -> Path:
    venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    python = venv_python(folder)
    # The pins only hold versions still: what is installed is what the wheel itself says it needs.
    pins = str(ROOT / "packaging" / "requirements.txt")
    _step("install", lambda: run_pip(python, ["install", "--no-compile", "--constraint", pins, str(wheel)]))
    run_pip(python, ["check"])
    return python


def _clean_environment(folder: Path) -> dict[str, str]:
    """Return an environment that knows nothing of the checkout or of the user's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP") if name in os.environ}
    return {**kept, "HOME": str(folder), "QT_QPA_PLATFORM": "offscreen"}


def _step(name: str, action: Callable[[], ResultT]) -> ResultT:
    start = time.monotonic()
    result = action()
    say(f"  {name}: {time.monotonic() - start:.1f} s")
    return result


def main() -> int:
    """Check the wheel in a temporary folder and return the exit code."""
    with tempfile.TemporaryDirectory(prefix="tlgui-wheel-") as work:
        try:
            check(Path(work).resolve())
        except (CheckFailedError, SetupError) as error:
            say(f"error: {error}")
            return 1
    say("The wheel installs and works outside the checkout.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
