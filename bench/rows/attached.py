"""
Short connections to one copy of a C server, with each method in turn. One daemon in a delegated control group runs all copies,
and the turns are short, so that other work on the machine disturbs all methods alike.
"""
import time

from .. import load
from ..keepers.server import PLAIN, PLAIN_STATIC
from .figure import Figure

# name -> server, method. `preload` has no BPF programs; `auto` has them and the library.
WAYS = {
    "dynamic, `preload`": (PLAIN, "preload"),
    "dynamic, `auto`": (PLAIN, "auto"),
    "dynamic, `kernel`": (PLAIN, "kernel"),
    "static, `kernel`": (PLAIN_STATIC, "kernel"),
    "static, `seccomp`": (PLAIN_STATIC, "seccomp"),
}
PORTS = {name: PLAIN.port + number for number, name in enumerate(WAYS)}
TURNS, QUICK = 25, 5
SECONDS = 0.4
MANY = 64

FIGURES = [figure for name in WAYS for figure in (
    Figure(f"one {name}", f"{name}: a connection with one request, one client", "µs"),
    Figure(f"many {name}", f"{name}: the same with {MANY} clients", "a second", more=True),
)]


def applies(keeper):
    return keeper.ours and keeper.for_static == "kernel"


def measure(keeper, _):
    def services():
        return {f"web{PORTS[name]}": {
            "command": [str(PORTS[name]) if word == str(server.port) else word for word in keeper.words_of(server)],
            "workers": 1,
            "reuseport": {"ports": [PORTS[name]], "backlog": 4096, "method": method},
            "stderr": "null",
        } for name, (server, method) in WAYS.items()}

    figures = {figure.key: [] for figure in FIGURES}
    try:
        keeper.start_all(services, [PLAIN, PLAIN_STATIC])
        names = list(WAYS)
        for turn in range(QUICK if keeper.quick else TURNS):
            for name in names[turn % len(names):] + names[:turn % len(names)]:
                figures[f"one {name}"].append(1e6 / rate(keeper, name, 1))
                figures[f"many {name}"].append(rate(keeper, name, MANY))
        return figures
    finally:
        keeper.stop()


def rate(keeper, name, clients):
    """Requests a second."""
    words = [f"{keeper.tools}/http_load", "127.0.0.1", str(PORTS[name]), str(clients), "100"]
    with load.running(keeper.net, words) as client:
        time.sleep(SECONDS)
    if client.counts["failed"] or not client.counts["answered"]:
        raise ValueError(f"{name}: {client.counts}")
    return client.counts["per_second"]
