"""Ten rolling restarts of 4 DNS servers; 64 clients, each query from its own port, no query repeated."""
import time

from .. import load
from ..keepers.server import NAMES
from .figure import Figure
from .rolling import AFTERMATH, QUICK, RESTARTS, checked

FIGURES = [Figure(server.name, f"{server.name}: queries lost", "queries", count=True) for server in NAMES]


def measure(keeper, _):
    return {server.name: [lost(keeper, server)] for server in NAMES if keeper.takes(server)}


def lost(keeper, server):
    try:
        keeper.start(server)
        with load.dns(keeper) as client:
            time.sleep(AFTERMATH)
            for _ in range(QUICK if keeper.quick else RESTARTS):
                keeper.restart()
            time.sleep(AFTERMATH)
        return checked(keeper, server, client.counts)
    finally:
        keeper.stop()
