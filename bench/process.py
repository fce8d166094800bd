"""A server process under measurement: start, CPU time and memory of it and all its children."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


class Process:
    """A command that serves HTTP on *port*."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        environ: dict[str, str],
        log: Path,
        also: Sequence[int] = (),
    ) -> None:
        """*also*: process ids of what works for it, such as a database server."""
        self.port = port
        self._also = also
        begin = time.perf_counter()
        with log.open("wb") as sink:
            self._process = subprocess.Popen(
                [sys.executable, *command], env=environ, stdout=sink, stderr=sink
            )
        self._log = log
        self._wait("/api/v1/instance")
        self.start_seconds = time.perf_counter() - begin

    def _wait(self, path: str) -> None:
        deadline = time.perf_counter() + 60
        while time.perf_counter() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(self._log.read_text())
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5).close()
                return
            except OSError:
                time.sleep(0.002)
        raise RuntimeError(f"no answer within a minute\n{self._log.read_text()}")

    def cpu_seconds(self) -> float:
        """Processor time used so far, children included."""
        return sum(_cpu(pid) for pid in self._pids())

    def settled_cpu_seconds(self) -> float:
        """The same, once nothing more is being done: deferred work counts."""
        before = self.cpu_seconds()
        while True:
            time.sleep(0.3)
            now = self.cpu_seconds()
            if now - before < 0.02:
                return now
            before = now

    def memory_bytes(self, *, own: bool = False) -> int:
        """Resident memory, children included; with *own* without files that are mapped into it."""
        return sum(_resident(pid, "RssAnon" if own else "VmRSS") for pid in self._pids())

    def stop(self) -> None:
        """SIGTERM."""
        self._process.terminate()
        self._process.wait(20)

    def _pids(self) -> list[int]:
        found = [self._process.pid, *self._also]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    found.extend(int(child) for child in task.read_text().split())
                except OSError:
                    continue
        return found


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # utime, stime, and those of children that have ended (proc(5), fields 14 to 17).
    return sum(int(value) for value in fields[11:15]) / _TICK


def _resident(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
