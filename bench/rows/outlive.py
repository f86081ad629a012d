"""
The supervisor's own process is replaced, killed and restarted, five times each, while 64 clients make a connection for each
request and 16 keep theirs. Counts are sums over the five times. A client that is refused asks again at once, so the number of
failed requests grows with the time without a server. Then, without clients, a worker dies while no supervisor runs. The times
are those of the kernel: from the exec of the next supervisor to the exec of the last worker that it starts.
"""
import os
import signal
import time
from contextlib import suppress

from .. import load
from ..host import proc
from ..keepers.server import NODE
from ..table import CANNOT
from .crash import RIPE
from .figure import Figure

TIMES, QUICK = 5, 2
# Seconds for late failures, and for the supervisor to settle.
AFTERMATH = 0.5

WAYS = {"reexec": "replaced by its program on disk", "killed": "`kill -9`, and started again", "restarted": "restarted"}

FIGURES = [figure for way, title in WAYS.items() for figure in (
    Figure(f"{way} failed", f"{title}: failed", "requests", count=True),
    Figure(f"{way} cut", "kept connections cut", "connections", count=True),
    Figure(f"{way} ended", "workers that ended", "workers", count=True),
    Figure(f"{way} left", "workers left behind, which no supervisor controls", "workers", count=True),
    Figure(f"{way} took", "until the next one controls the workers", "ms"),
)] + [
    Figure("replaced", "a worker dies while no supervisor runs: from the start of the next one to that of the new worker", "ms"),
    Figure("replaced worst", "the same, the slowest", "ms", greatest=True),
]


def measure(keeper, _):
    figures = {figure.key: [CANNOT] for figure in FIGURES}
    for way in WAYS:
        if act := getattr(keeper, way):
            figures |= {f"{way} {name}": samples for name, samples in outlive(keeper, act).items()}
    if keeper.killed:
        figures["replaced"] = figures["replaced worst"] = replaced(keeper, QUICK if keeper.quick else TIMES)
    return figures


def outlive(keeper, act):
    ended, took = 0, []
    try:
        keeper.start(NODE)
        with load.http(keeper, 64) as new, load.http(keeper, 16, how="keep") as kept:
            time.sleep(AFTERMATH)
            for _ in range(QUICK if keeper.quick else TIMES):
                before, began = workers(), time.monotonic()
                act()
                took.append((time.monotonic() - began) * 1e3)
                time.sleep(AFTERMATH)
                ended += len(before - workers())
            left = len(workers()) - keeper.workers
        return {"failed": [new.counts["failed"] + kept.counts["failed"]], "cut": [kept.counts["reconnects"]],
                "ended": [ended], "left": [left], "took": took}
    finally:
        keeper.stop()


def replaced(keeper, times):
    """Milliseconds from the start of the next supervisor to that of the new worker, each time."""
    keeper.watch.forget()
    took = []
    try:
        keeper.start(NODE)
        for _ in range(times):
            # A worker that has just become ready is not replaced at once.
            time.sleep(RIPE)
            before = workers()
            keeper.kill()
            # PM2's workers die with it.
            with suppress(ProcessLookupError):
                os.kill(min(before), signal.SIGKILL)
            keeper.revive()
            keeper.until(lambda: workers() - before, "new worker")
            began = keeper.watch.began(keeper.present())
            took += [(max(keeper.watch.became(pid) for pid in workers() - before) - began) * 1e3]
        return took
    finally:
        keeper.stop()


def workers():
    """The processes of the server in this run. PM2 changes their name and command line."""
    return {pid for pid in proc.tree([os.getpid()]) if proc.comm(pid).startswith("node") and b"/serve.js" in proc.command(pid)}
