"""The walls around a worker, tried from the inside by a process that has put them up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stoa.core.media import _jail

PRISONER = """
import ctypes, os, signal, socket, sys, threading
from stoa.core.media import _jail

held = open(sys.argv[1], "wb", buffering=0)
libc = ctypes.CDLL(None, use_errno=True)
confined = _jail.lock(memory=512 * 1024 * 1024, file_size=1000, descriptors=20)
if not confined:
    sys.exit("the kernel does not filter system calls here")

def size():
    held.write(bytes(2000))
    held.write(bytes(2000))

def thread():
    ran = []
    started = threading.Thread(target=lambda: ran.append(1))
    started.start()
    started.join()
    assert ran

def by_number():
    # clone3, for which the C library has no function
    if libc.syscall(435, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "clone3")

tries = {
    "read a file": lambda: open("/etc/hostname"),
    "make a file": lambda: os.open("/tmp/escaped", os.O_CREAT | os.O_WRONLY),
    "remove a file": lambda: os.unlink(sys.argv[1]),
    "list a folder": lambda: os.listdir("/"),
    "rename": lambda: os.rename(sys.argv[1], "/tmp/escaped"),
    "speak to the network": socket.socket,
    "fork": os.fork,
    "clone": by_number,
    "run a program": lambda: os.execv("/bin/true", ["true"]),
    "signal the server": lambda: os.kill(os.getppid(), signal.SIGTERM),
    "become root": lambda: os.setuid(0),
    "change the limits back": lambda: __import__("resource").setrlimit(7, (999, 999999)),
    "fill the memory": lambda: bytearray(600 * 1024 * 1024),
    "write a large file": size,
    "use a thread": thread,
}
for name, attempt in tries.items():
    try:
        attempt()
    except BaseException as error:
        print(name, type(error).__name__, sep=": ")
    else:
        print(name, "done", sep=": ")
"""


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    held = tmp_path_factory.mktemp("jail") / "held"
    answer = subprocess.run(
        [sys.executable, "-c", PRISONER, str(held)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(_jail.__file__).parents[3])},
    )
    assert held.stat().st_size == 1000
    return dict(line.split(": ") for line in answer.stdout.splitlines())


@pytest.mark.parametrize(
    "attempt",
    [
        "read a file",
        "make a file",
        "remove a file",
        "list a folder",
        "rename",
        "speak to the network",
        "fork",
        "run a program",
        "signal the server",
        "become root",
    ],
)
def test_a_worker_can_reach_nothing_outside(attempt: str, tried: dict[str, str]) -> None:
    assert tried[attempt] == "PermissionError"


def test_limits_hold_and_cannot_be_raised(tried: dict[str, str]) -> None:
    assert tried["fill the memory"] == "MemoryError"
    assert tried["write a large file"] == "OSError"
    assert tried["change the limits back"] in ("ValueError", "PermissionError")


def test_a_thread_may_be_started_but_only_by_the_call_whose_flags_can_be_seen(
    tried: dict[str, str],
) -> None:
    assert tried["use a thread"] == "done"
    assert tried["clone"] == "OSError"


WITHOUT_FILTER = """
import os, sys
from stoa.core.media import _jail

_jail._filter_calls = lambda: False
with open("/dev/null") as spare:
    last = spare.fileno()
assert not _jail.lock(memory=512 * 1024 * 1024, file_size=1000, descriptors=last)
try:
    os.open("/dev/null", os.O_RDONLY)
except OSError as error:
    print(error.strerror)
"""


def test_where_calls_cannot_be_filtered_no_further_file_can_be_opened() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", WITHOUT_FILTER],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(_jail.__file__).parents[3])},
    )
    assert answer.stdout == "Too many open files\n"
