"""Nothing leaves the computer: every system call about sockets of a whole session is traced, in all its processes."""

import ipaddress
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
STRACE = ("strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=execve,%network")
# Who is spoken to, as strace shows it.
_ADDRESS = re.compile(r"sa_family=AF_INET6?, .*?(?:inet_addr\(\"([^\"]+)\"\)|inet_pton\(AF_INET6, \"([^\"]+)\")")
_PORT = re.compile(r"htons\((\d+)\)")
_NAME_SERVER = "53"
# The socket on this computer that systemd answers questions for hosts on.
_NAME_SERVICE = "io.systemd.Resolve"


def trace_problem() -> str:
    """Return why nothing can be traced here; empty where it can."""
    if shutil.which("strace") is None:
        return "strace is not installed, with which is seen that nothing leaves the computer"
    tried = subprocess.run([*STRACE, "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return f"this computer lets no program trace another: {tried.stderr.strip()}" if tried.returncode else ""


_PROBLEM = trace_problem()
# In CI it fails instead.
must_trace = sys.platform == "linux" and bool(os.environ.get("CI"))
needs_strace = pytest.mark.skipif(bool(_PROBLEM) and not must_trace, reason=_PROBLEM)


def spoken_to(trace: Path) -> list[str]:
    """Return every line of a trace in which a socket leads to another computer, or asks for a host's address."""
    return [line for line in trace.read_text(errors="replace").splitlines() if leads_away(line)]


def leads_away(line: str) -> bool:
    addresses = [ipaddress.ip_address(first or second) for first, second in _ADDRESS.findall(line)]
    asks_for_a_name = (bool(addresses) and _NAME_SERVER in _PORT.findall(line)) or _NAME_SERVICE in line
    return asks_for_a_name or any(not address.is_loopback for address in addresses)


@needs_strace
@pytest.mark.parametrize("session", ["commands", "window"])
def test_whole_session_speaks_to_no_other_computer(
    session: str, tmp_path_factory: pytest.TempPathFactory, isolated_home: Path
) -> None:
    folder = tmp_path_factory.getbasetemp() / "traced"
    folder.mkdir(exist_ok=True)
    if session == "window" and not (folder / "model.tlmodel").exists():
        trace_session(folder, "commands")
    trace = trace_session(folder, session)

    assert "execve" in trace.read_text(errors="replace"), "nothing was traced"
    assert spoken_to(trace) == []
    assert not (isolated_home / ".cache/Microsoft").exists()


def trace_session(folder: Path, session: str) -> Path:
    trace = folder / f"{session}.trace"
    traced = subprocess.run(
        [*STRACE, "-o", trace, sys.executable, "-m", "tests.e2e.traced_session", str(folder), session],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert traced.returncode == 0, traced.stderr[-3000:]
    return trace


@pytest.mark.parametrize(
    ("line", "leads"),
    [
        ('7 connect(8, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, 16) = 0', True),
        ('7 connect(8, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0', True),
        (
            '7 sendto(8, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("192.0.2.7")}, 16) = 1',
            True,
        ),
        (
            "7 connect(8, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), "
            'inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = 0',
            True,
        ),
        ('7 connect(8, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0', False),
        ('7 connect(8, {sa_family=AF_UNIX, sun_path="/tmp/.X11-unix/X0"}, 20) = 0', False),
        ('7 connect(8, {sa_family=AF_UNIX, sun_path="/run/systemd/resolve/io.systemd.Resolve"}, 42) = 0', True),
        ("7 socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 7", False),
    ],
)
def test_trace_is_read_rightly(line: str, leads: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert leads_away(line) is leads
