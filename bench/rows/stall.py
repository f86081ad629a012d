"""One of 4 copies is stopped (SIGSTOP) for 5 s; 500 short requests arrive each second, independent of earlier requests."""
import os
import signal
import time

from .. import load
from ..host import net
from ..keepers.server import PLAIN
from .figure import Figure

REQUESTS, SECONDS = 2000, 4
BEFORE, STOPPED = 0.5, 5

FIGURES = [
    Figure("slow", f"1 of 4 stopped: of {REQUESTS:,} requests, took over 1 s or failed", "requests", count=True),
    Figure("accepted", "of these it had accepted when it was stopped", "requests", count=True),
    Figure("given", "from the stop to the last connection that it was given (ours: under 600)", "ms", greatest=True),
]


def applies(keeper):
    return keeper.ours


def measure(keeper, _):
    try:
        keeper.start(PLAIN, **({"stall": {"action": "none"}} if keeper.steering == "none" else {}))
        victim = keeper.pids()[1]
        (listener,) = net.sockets(victim) & keeper.net.queues(PLAIN.port).keys()
        with load.http(keeper, REQUESTS, SECONDS, "once") as client:
            time.sleep(BEFORE)
            os.kill(victim, signal.SIGSTOP)
            stopped = time.monotonic()
            accepted = len(net.sockets(victim)) - 1
            last = last_given(keeper, listener, stopped)
            os.kill(victim, signal.SIGCONT)
            client.wait()
            # This form of the client ends by itself.
            client.end = lambda: None
        slow = client.counts["slow"] + client.counts["failed"]
        return {"slow": [slow], "accepted": [accepted], "given": [(last - stopped) * 1e3] if last else []}
    finally:
        keeper.stop()


def last_given(keeper, listener, stopped):
    """The time at which its queue last grew while the copy was stopped; a rescue empties the queue."""
    last, before = None, None
    while (now := time.monotonic()) < stopped + STOPPED:
        waiting = keeper.net.queues(PLAIN.port).get(listener, 0)
        if before is not None and waiting > before:
            last = now
        before = waiting
        time.sleep(0.005)
    return last
