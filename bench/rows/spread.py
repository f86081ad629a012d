"""1,600 connections, one after another, to 16 copies."""
import collections
import http.client

from ..keepers.server import PLAIN
from .figure import Figure

WORKERS, CONNECTIONS = 16, 1600

FIGURES = [Figure("spread", f"{CONNECTIONS:,} connections to {WORKERS} copies: the most that one gets, of the mean "
                  "(round robin: 1.05)", "ratio",
                  greatest=True)]


def applies(keeper):
    return keeper.ours


def measure(keeper, _):
    try:
        keeper.start(PLAIN, WORKERS)
        got = collections.Counter(keeper.within(answers))
        return {"spread": [max(got.values()) / (sum(got.values()) / WORKERS)]}
    finally:
        keeper.stop()


def answers():
    """The number of the copy that served each connection."""
    found = []
    for _ in range(CONNECTIONS):
        connection = http.client.HTTPConnection("127.0.0.1", PLAIN.port, timeout=10)
        connection.request("GET", "/", headers={"Connection": "close"})
        found.append(connection.getresponse().read().decode())
        connection.close()
    return found
