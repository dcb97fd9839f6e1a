"""Memory and processes of a process with all its descendants, from Linux's /proc."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

_EVERY_S = 0.5
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """`megabytes` counts a page that several processes share once (PSS)."""

    processes: int
    megabytes: float


def usage(root: int) -> Usage:
    """What the tree of `root` uses now."""
    pids = _tree(root)
    return Usage(len(pids), sum(map(_proportional_kib, pids)) / 1024)


def cpu_seconds(pid: int) -> float:
    """User and system time of one process so far."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def tree_cpu_seconds(root: int) -> float:
    """User and system time so far of the tree of `root`, and of what its processes have waited for."""
    return sum(sum(map(int, fields[11:15])) for fields in map(_stat, _tree(root)) if fields) / _TICKS


class Peak(threading.Thread):
    """The highest usage of a tree between `start` and `stop`."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.highest = Usage(0, 0.0)
        self._root = root
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(_EVERY_S):
            now = usage(self._root)
            self.highest = Usage(max(self.highest.processes, now.processes), max(self.highest.megabytes, now.megabytes))

    def stop(self) -> Usage:
        """Ends the sampling and returns the highest usage."""
        self._stopping.set()
        self.join()
        return self.highest


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields:
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    pids = [root]
    for pid in pids:  # grows while it is read
        pids += children.get(pid, [])
    return pids


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the command; none if the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _proportional_kib(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
