"""Starts with each method: 500 workers, and the memory of a daemon with 2,000."""
from ..host import proc
from .figure import Figure
from .workers import settle, sleepers

COUNT, MANY = 500, 2000

FIGURES = [
    Figure("starts", f"starts of {COUNT} workers, from exec of the supervisor", "a second", more=True),
    # Other work on the machine changes it less than the time.
    Figure("start-cpu", "CPU for a start, of the supervisor and the worker", "µs"),
    Figure("pss", f"memory with {MANY:,} (PSS of all its own processes)", "MiB", to_bare=False),
    Figure("rss", "the same, resident", "MiB", to_bare=False),
]


def measure(peer, _):
    figures = starts(peer)
    if peer.keeps_logs:
        with sleepers(peer, MANY):
            settle()
            figures |= {"pss": [proc.pss(peer.own())], "rss": [proc.resident(peer.own())]}
    return figures


def starts(peer):
    with sleepers(peer, COUNT) as (_, began, workers):
        settle()
        spent = proc.cpu(peer.own() | workers.keys())
        return {"starts": [COUNT / (max(workers.values()) - began)], "start-cpu": [spent / COUNT / 1e3]}
