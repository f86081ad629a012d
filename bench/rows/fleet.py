"""500 workers: time until they run, memory, and CPU while nothing happens."""
import time

from ..host import proc
from .figure import Figure
from .workers import sleepers

COUNT = 500
IDLE = 10
# The row varies little and takes long, so it does not run in every round.
IDLE_ROUNDS = 3
# Seconds for work after the start: deadlines of new workers, compaction, statistics, loggers.
AFTERMATH = 8

FIGURES = [
    Figure("up", "500 workers up, from exec of the supervisor", "ms"),
    Figure("memory", "memory with 500 (PSS of all its own processes)", "MiB", to_bare=False),
    Figure("idle", "idle CPU with 500, in a second", "µs", to_bare=False),
]


def measure(peer, number):
    with sleepers(peer, COUNT) as (_, began, workers):
        up = max(workers.values()) - began
        time.sleep(AFTERMATH)
        own = peer.own()
        memory = proc.pss(own)
        figures = {"up": [up * 1e3], "memory": [memory]}
        if number < IDLE_ROUNDS and peer.keeps_logs:
            before, at = proc.cpu(own), time.monotonic()
            time.sleep(IDLE)
            figures["idle"] = [(proc.cpu(own) - before) / (time.monotonic() - at) / 1e3]
        return figures
