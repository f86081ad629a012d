"""
2,000 workers; the cost of a worker's end for a supervisor of 20 and of 2,000; and the replacement of the supervisor's own
process, while 2,000 workers run on.
"""
import time

from ..host import proc
from .figure import Figure
from .replace import kill_one
from .workers import settle, sleepers

COUNT, FEW = 2000, 20
DEATHS = 50
REPLACEMENTS = 5

FIGURES = [
    Figure("up-2000", "2,000 workers up, from exec of the supervisor", "ms"),
    Figure("memory-2000", "memory with 2,000 (PSS of all its own processes)", "MiB", to_bare=False),
    Figure("death-20", "CPU for the end of one worker of 20", "µs"),
    Figure("death-2000", "CPU for the end of one worker of 2,000", "µs"),
    Figure("reexec-2000", "its own process replaced, with 2,000: from the hand-over to the start of the new one", "ms",
           to_bare=False),
]


def applies(peer):
    return peer.scales


def measure(peer, _):
    with sleepers(peer, FEW) as (name, _, workers):
        few = death(peer, name, workers)
    with sleepers(peer, COUNT) as (name, began, workers):
        up = max(workers.values()) - began
        settle()
        memory = proc.pss(peer.own())
        many = death(peer, name, workers)
        replaced = {"reexec-2000": replacements(peer, workers)} if peer.reexec else {}
    return {"up-2000": [up * 1e3], "memory-2000": [memory], "death-20": [few], "death-2000": [many], **replaced}


def replacements(peer, workers):
    """Milliseconds of each."""
    settle()
    took = [peer.reexec() * 1e3 for _ in range(REPLACEMENTS)]
    if ended := workers.keys() - proc.parents().keys():
        raise ValueError(f"{len(ended)} workers have ended")
    return took


def death(peer, name, workers):
    """Microseconds of the supervisor's processes for each worker that ends and is replaced."""
    spent, deaths = 0, 0
    own = peer.own()
    while deaths < DEATHS:
        # No worker is killed soon after its start: a delayed replacement has other costs.
        settle()
        batch = min(FEW, DEATHS - deaths)
        before = proc.cpu(own)
        for _ in range(batch):
            kill_one(peer, name, workers)
        time.sleep(0.05)
        spent += proc.cpu(own) - before
        deaths += batch
    return spent / deaths / 1e3
