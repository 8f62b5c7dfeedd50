"""Starts tlgui from a checkout: makes `.venv`, installs the pinned packages, then opens the window or runs the tests.

Usage:
    python3 packaging/bootstrap.py run [-- ARGUMENTS FOR TLGUI]
    python3 packaging/bootstrap.py test [--coverage]

Any Python 3 can read this file, so that an old one answers with a sentence and not with a syntax error. The modules
beside it need a supported Python and are imported once that is known. Standard library only.
"""

import os
import shutil
import subprocess
import sys

SUPPORTED = ((3, 13), (3, 12), (3, 11))
USAGE = """usage: bootstrap.py run [-- ARGUMENTS FOR TLGUI]
       bootstrap.py test [--coverage]

run    make .venv, install what tlgui needs and open its window;
       with arguments after --, do what `tlgui ARGUMENTS` does
test   the same set-up, then every check that CI makes;
       with --coverage, also which lines the tests run"""


def version_of(python: str) -> "tuple[int, int] | None":
    """Return the version of another Python, such as `(3, 12)`, or None where it does not start."""
    try:
        answer = subprocess.run(
            [python, "-c", "import sys; print('%d %d' % sys.version_info[:2])"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        major, minor = answer.stdout.decode().split()
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None
    return int(major), int(minor)


def find_supported_python() -> "str | None":
    """Return the newest supported Python on the search path, or None."""
    names = [f"python{major}.{minor}" for major, minor in SUPPORTED]
    for path in filter(None, map(shutil.which, [*names, "python3", "python"])):
        if version_of(path) in SUPPORTED:
            return path
    return None


def replace_process(command: "list[str]") -> int:
    """Run `command` in place of this process; where the system cannot do that, run it and return its exit code."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)


def restart_with_supported_python(arguments: "list[str]") -> int:
    """Start again with a supported Python from the search path, or say which one is needed."""
    python = find_supported_python()
    if python is not None:
        return replace_process([python, os.path.abspath(__file__), *arguments])  # noqa: PTH100 - for old Pythons
    running = f"{sys.version_info[0]}.{sys.version_info[1]}"
    print(f"error: tlgui needs Python 3.11, 3.12 or 3.13; this is Python {running}.", file=sys.stderr)
    print("hint: Install one of them, then start again with it: python3.12 packaging/bootstrap.py run", file=sys.stderr)
    return 1


def opens_window(arguments: "list[str]") -> bool:
    """Return whether `tlgui ARGUMENTS` opens the window: it does unless a headless command or a question is asked."""
    return not any(not word.startswith("-") or word in {"-h", "--help", "--version"} for word in arguments)


def is_known(command: str, rest: "list[str]") -> bool:
    """Return whether the command line is one of the usage."""
    if command == "test":
        return rest in ([], ["--coverage"])
    return command == "run" and (not rest or rest[0] == "--")


def perform(command: str, arguments: "list[str]") -> int:
    """Set up and do what was asked for, on a supported Python."""
    import checks
    import environment
    import problems
    import system_packages

    try:
        if command == "test":
            system_packages.provide_for_tests()
            return checks.run_everything(environment.prepare(with_tests=True), with_coverage=bool(arguments))
        if opens_window(arguments):
            system_packages.provide_for_window()
        return replace_process([str(environment.prepare()), "-P", "-m", "tlgui", *arguments])
    except problems.SetupError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The next start goes on from here.", file=sys.stderr)
        return 130


def main(arguments: "list[str]") -> int:
    """Do what the command line asks for and return the exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command in {"-h", "--help"}:
        print(USAGE)
        return 0
    if not is_known(command, rest):
        print(USAGE, file=sys.stderr)
        return 2
    if sys.version_info[:2] not in SUPPORTED:
        return restart_with_supported_python(arguments)
    return perform(command, rest[1:] if command == "run" else rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
