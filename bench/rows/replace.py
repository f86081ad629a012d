"""One of 100 workers is killed: time until another process runs in its place."""
import os
import signal
import time

from .figure import Figure
from .workers import PATIENCE, settle, sleepers

COUNT = 100
# Other workers in each round: 50 in five rounds.
KILLS = 10

FIGURES = [
    Figure("replaced", "worker killed to replaced, median", "ms"),
    Figure("replaced-worst", "worker killed to replaced, worst of all", "ms", greatest=True),
]


def kill_one(peer, name, workers):
    """Seconds until the worker is replaced. Updates workers, pid -> anything."""
    victim = next(iter(workers))
    killed = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    del workers[victim]
    new = peer.watch.until(name, 1, PATIENCE, other_than=workers.keys() | {victim}, pause=0.001)
    workers.update(new)
    return max(new.values()) - killed


def measure(peer, _):
    with sleepers(peer, COUNT) as (name, _, workers):
        settle()
        times = [kill_one(peer, name, workers) * 1e3 for _ in range(KILLS)]
        return {"replaced": times, "replaced-worst": times}
