"""1,600 connections, one after another, to 16 copies."""
import collections
import http.client

from ..keepers.server import PLAIN, PLAIN_GO, PLAIN_STATIC
from .figure import Figure

WORKERS, CONNECTIONS = 16, 1600

KEYS = {"spread": PLAIN, "spread static": PLAIN_STATIC, "spread go": PLAIN_GO}

FIGURES = [Figure(key, f"{CONNECTIONS:,} connections to {WORKERS} copies of {server.name}: the most that one gets, of the mean "
                  "(round robin: 1.05)", "ratio", greatest=True) for key, server in KEYS.items()]


def applies(keeper):
    return keeper.ours


def measure(keeper, _):
    return {key: [spread(keeper, server)] for key, server in KEYS.items()}


def spread(keeper, server):
    try:
        keeper.start(server, WORKERS)
        got = collections.Counter(keeper.within(answers))
        return max(got.values()) / (sum(got.values()) / WORKERS)
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
