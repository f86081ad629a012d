"""
Ten rolling restarts of 4 copies under load: 64 clients with a new connection for each request, and 16 with kept
connections. Failures that a client sees count. A request on a kept connection that is closed meanwhile is repeated once on
a new one, as browsers do, and counts as cut.
"""
import time

from .. import load
from ..keepers.reuseportd import KEPT
from ..keepers.server import NGINX, NODE, STATIC, WEB
from ..table import CANNOT
from .figure import Figure

RESTARTS, QUICK = 10, 2
# Enough for peers that restart one copy after another, which takes longest.
SOME = (NODE, NGINX)
# Seconds in which late failures appear.
AFTERMATH = 0.5

FIGURES = [figure for server in WEB for figure in (
    Figure(f"new {server.name}", f"{server.name}, new connections: failed", "requests", count=True),
    Figure(f"kept {server.name}", f"{server.name}, kept connections: failed", "requests", count=True),
    Figure(f"cut {server.name}", f"{server.name}, kept connections: cut and tried again", "connections", count=True),
)] + [Figure("took", "a rolling restart of 4, new connections", "s")]


def measure(keeper, _):
    figures = {"took": []}
    if not keeper.takes(STATIC[0]):
        figures |= {f"{how} {server.name}": [CANNOT] for server in STATIC for how in ("new", "kept", "cut")}
    for server in filter(keeper.takes, WEB):
        failed, _, times = restarts(keeper, server, 64)
        figures[f"new {server.name}"] = [failed]
        figures["took"] += times
        if not keeper.rolls and server not in SOME:
            continue
        failed, cut, _ = restarts(keeper, server, 16, "keep")
        figures[f"kept {server.name}"], figures[f"cut {server.name}"] = [failed], [cut]
    return figures


def restarts(keeper, server, clients, how=None):
    """Requests failed, connections cut, seconds of each restart."""
    times = []
    try:
        keeper.start(server, **(KEPT if how and keeper.ours else {}))
        with load.http(keeper, clients, how=how) as client:
            time.sleep(AFTERMATH)
            for _ in range(QUICK if keeper.quick else RESTARTS):
                began = time.monotonic()
                keeper.restart()
                times.append(time.monotonic() - began)
            time.sleep(AFTERMATH)
        return checked(keeper, server, client.counts), client.counts["reconnects"], times
    finally:
        keeper.stop()


def checked(keeper, server, counts):
    """Failures; a run with almost no answers proves nothing."""
    if counts["answered"] < 100:
        raise ValueError(f"{server.name}: {counts}")
    keeper.notes += [f"{keeper.name}, {server.name}: {counts['failed']} of {counts['failed'] + counts['answered']:,}: "
                     + ", ".join(f"{counts[cause]} {cause}" for cause in CAUSES if counts.get(cause))] if counts["failed"] else []
    return counts["failed"]


CAUSES = ["refused", "reset", "closed", "status", "late", "lost"]
