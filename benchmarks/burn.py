"""Burns a known amount of CPU in every place a process tree can hide it, to check `usage` by.

Run as `python -m benchmarks.burn SECONDS`: this process, a worker of a fork server, a worker of a pool and
an orphan that outlives this process burn that much each.
"""

import multiprocessing
import os
import sys
import time

PLACES = 4


def burn(seconds: float) -> None:
    """Compute until this process has used `seconds` more of CPU time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def _burn_as_orphan(seconds: float) -> None:
    if os.fork() == 0:
        if os.fork() == 0:
            os.setsid()
            burn(seconds)
        os._exit(0)
    os.wait()


if __name__ == "__main__":
    each = float(sys.argv[1])
    _burn_as_orphan(each)
    worker = multiprocessing.get_context("forkserver").Process(target=burn, args=(each,))
    worker.start()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(burn, (each,))
    burn(each)
    worker.join()
