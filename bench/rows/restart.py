"""All of 100 workers are replaced on request."""
from .figure import Figure
from .workers import PATIENCE, settle, sleepers

COUNT = 100

FIGURES = [Figure("restart", "restart of all of 100, from the request to all new", "ms")]


def measure(peer, _):
    with sleepers(peer, COUNT) as (name, _, workers):
        settle()
        asked = peer.restart_all()
        new = peer.watch.until(name, COUNT, PATIENCE, other_than=workers)
        gone = peer.watch.until_gone(workers, PATIENCE)
        return {"restart": [(max(gone, *new.values()) - asked) * 1e3]}
