"""
Short connections to one copy of a C server, with each method in turn. One daemon in a delegated control group runs all copies,
and the turns are short, so that other work on the machine disturbs all methods alike.
"""
import resource

from .. import load
from ..host import proc
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
TURNS, QUICK = 15, 3
SECONDS = 1
MANY = 64

FIGURES = [figure for name in WAYS for figure in (
    Figure(f"time {name}", f"{name}: a connection with one request, one client, median", "µs"),
    Figure(f"cpu {name}", "its CPU, of client and server", "µs"),
    Figure(f"rate {name}", f"such connections with {MANY} clients", "a second", more=True),
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
                alone, cpu = connections(keeper, name, 1)
                many, _ = connections(keeper, name, MANY)
                figures[f"time {name}"].append(alone["p50"])
                # Other work on the machine changes it less than the time.
                figures[f"cpu {name}"].append(cpu / alone["answered"] / 1e3)
                figures[f"rate {name}"].append(many["per_second"])
        return figures
    finally:
        keeper.stop()


def connections(keeper, name, clients):
    """The client's counts, and nanoseconds of CPU of client and server."""
    words = [f"{keeper.tools}/http_load", "127.0.0.1", str(PORTS[name]), str(clients), str(SECONDS)]
    server = {worker["pid"] for worker in keeper.status() if worker["service"] == f"web{PORTS[name]}"}
    before = proc.cpu(server) + reaped()
    with load.running(keeper.net, words) as client:
        client.wait()
        # The client ends by itself.
        client.end = lambda: None
    spent = proc.cpu(server) + reaped() - before
    if client.counts["failed"] or not client.counts["answered"]:
        raise ValueError(f"{name}: {client.counts}")
    return client.counts, spent


def reaped():
    """Nanoseconds of CPU of this process's children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (usage.ru_utime + usage.ru_stime) * 1e9
