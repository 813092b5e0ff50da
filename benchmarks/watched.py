"""A program that runs another one and writes down what it and all its descendants used.

It adopts every process whose parent ended (PR_SET_CHILD_SUBREAPER) and waits for each, so that the CPU
of workers, of the fork server they come from and of whatever outlives the program is counted exactly,
also when the program is killed. Memory is sampled: the sum of the PSS of the tree, which counts a page
that several share once.

Run as `python watched.py REPORT SAMPLE_SECONDS KILL_AFTER PROGRAM [ARGUMENT...]`; it imports nothing of
ours, to be small and quick to start. Zero seconds mean no samples and no kill.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time

_PR_SET_CHILD_SUBREAPER = 36


def main(report: str, sample_seconds: float, kill_after: float, command: list[str]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot adopt orphans")
    start = time.perf_counter()
    program = subprocess.Popen(command)
    sampler = _Sampler(sample_seconds)
    if sample_seconds:
        sampler.start()
    if kill_after:
        # Not Popen.kill, which would wait for a program that has just ended and so take its usage away.
        killer = threading.Timer(kill_after, os.kill, (program.pid, signal.SIGKILL))
        killer.daemon = True
        killer.start()
    wall, cpu, own_cpu, status = 0.0, 0.0, 0.0, 0
    while True:
        try:
            pid, ended, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
        if pid == program.pid:
            own_cpu = usage.ru_utime + usage.ru_stime
            wall, status = time.perf_counter() - start, os.waitstatus_to_exitcode(ended)
            if kill_after:
                killer.cancel()
    sampler.stop()
    with open(report, "w") as file:
        json.dump(
            {"wall": wall, "cpu": cpu, "own_cpu": own_cpu, "status": status, "peak_pss": sampler.peak}, file
        )


class _Sampler(threading.Thread):
    """Looks at the tree's memory at intervals."""

    def __init__(self, seconds: float) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._seconds = seconds
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(self._seconds):
            self.peak = max(self.peak, sum(_pss(pid) for pid in _descendants(os.getpid())))

    def stop(self) -> None:
        self._over.set()
        if self.is_alive():
            self.join()


def _descendants(top: int) -> list[int]:
    found, waiting = [], [top]
    while waiting:
        pid = waiting.pop()
        # Each thread has children of its own.
        for thread in _names(f"/proc/{pid}/task"):
            children = [int(child) for child in _text(f"/proc/{pid}/task/{thread}/children").split()]
            found += children
            waiting += children
    return found


def _pss(pid: int) -> int:
    """Return the bytes of a process; 0 if it has ended."""
    for line in _text(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _names(folder: str) -> list[str]:
    with contextlib.suppress(OSError):
        return os.listdir(folder)
    return []


def _text(path: str) -> str:
    with contextlib.suppress(OSError), open(path) as file:
        return file.read()
    return ""


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4:])
