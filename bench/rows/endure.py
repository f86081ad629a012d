"""
The daemon under systemd is replaced, killed or restarted twenty times, beside each of four servers of HTTP and one of DNS. In
the meantime 64 clients make a connection for each request and 16 keep theirs. The DNS server has 64 clients that send each query
from a new port, and 1,000 flows that keep theirs. Beside the server, workers number their lines, for the journal and for a file.
After the load, the spread of new connections over the copies is measured. Then, without clients, the daemon and a worker are
killed: the time is the kernel's, from the exec of the next daemon to that of the new worker.
"""
import collections
import http.client
import time
from contextlib import ExitStack

from .. import load
from ..host import proc
from ..keepers.server import DNS, DNS_C, HTTP, NGINX, NODE, PLAIN, PYTHON, Server
from ..load.udp_flows import opened, served
from . import outlive
from .figure import Figure
from .numbered import losses

TIMES, QUICK = 20, 2
COPIES, WRITERS = 4, 2
# New connections, or flows of datagrams, that show the spread.
CONNECTIONS = 100 * COPIES

LINES = Server("lines", ["/usr/bin/python3", "{folder}/lines.py", "{worker}"], ("lines.py",), package="python3:python3")
SERVERS = {"node": NODE, "http.server": PYTHON, "nginx": NGINX, "C": PLAIN, "DNS": DNS_C}
DESTINATIONS = {"file": "a file", "journal": "the journal"}


def of_server(name, server):
    udp = server.family == "udp"
    asked, given = ("queries", "flows") if udp else ("requests", "connections")
    return [
        Figure(f"{name} answered", f"{name}: answered", asked, more=True, count=True),
        Figure(f"{name} failed", "failed", asked, count=True),
        Figure(f"{name} moved", "flows that moved", given, count=True) if udp
        else Figure(f"{name} cut", "kept connections cut", given, count=True),
        Figure(f"{name} ended", "processes of workers that ended", "processes", count=True),
        Figure(f"{name} spread", f"{CONNECTIONS} new {given} afterwards: the most that one copy gets, of the mean", "ratio"),
    ]


def of_destination(name, place):
    return [
        Figure(f"{name} written", f"lines of workers to {place}", "lines", more=True, count=True),
        Figure(f"{name} lost", "lost", "lines", count=True),
        Figure(f"{name} doubled", "doubled", "lines", count=True),
        Figure(f"{name} garbled", "garbled or written in part", "lines", count=True),
    ]


FIGURES = [
    Figure("ends", "ends of the daemon, in all", "", more=True, count=True),
    *(figure for name, server in SERVERS.items() for figure in of_server(name, server)),
    *(figure for name, place in DESTINATIONS.items() for figure in of_destination(name, place)),
    Figure("took", "until the next daemon controls the workers, median", "ms"),
    Figure("took worst", "the same, the slowest", "ms", greatest=True),
    Figure("replaced", "a worker dies while no daemon runs: from the start of the next daemon to that of the new worker, median",
           "ms"),
    Figure("replaced worst", "the same, the slowest", "ms", greatest=True),
]


def measure(keeper, _):
    times = QUICK if keeper.quick else TIMES
    figures, lines, took = {}, collections.Counter(), []
    for name, server in SERVERS.items():
        run = Run(keeper, server)
        for key, value in run.measure(times).items():
            figures[f"{name} {key}"] = [value]
        lines += run.lines
        took += run.took
    figures |= {key: [lines[key]] for key in (figure.key for figure in FIGURES) if key.partition(" ")[0] in DESTINATIONS}
    figures |= {"ends": [len(took)], "took": took, "took worst": took}
    if keeper.bereaves:
        figures["replaced"] = figures["replaced worst"] = outlive.replaced(keeper, times)
    return figures


class Run:
    """One server with its clients. lines: counts by destination; took: milliseconds of each end."""

    def __init__(self, keeper, server):
        self.keeper, self.server = keeper, server
        self.lines, self.took, self.ended = collections.Counter(), [], 0

    def measure(self, times):
        since = time.time()
        try:
            self.keeper.workers = COPIES + len(DESTINATIONS) * WRITERS
            self.keeper.start_all(self.services, [self.server, LINES])
            self.check_steering()
            counts = self.under_load(times)
            counts["spread"] = self.spread()
            self.keeper.end()
            for name in DESTINATIONS:
                found = losses(getattr(self, name)(since), WRITERS)
                self.lines.update({f"{name} {key}": value for key, value in found.items()})
            return counts
        finally:
            self.keeper.stop()

    def services(self):
        writers = {
            "command": self.keeper.words_of(LINES), "workers": WRITERS, "reuseport": {"ports": "any"},
            "readiness": {"type": "delay", "delay": "0s"},
        }
        return {
            "lines": writers,
            "lines_to_file": {**writers, "stdout": f"file:{self.keeper.home()}/lines"},
            "web": {
                "command": self.keeper.words_of(self.server), "workers": COPIES, "stderr": "null",
                "reuseport": {"ports": [self.server.port], "backlog": 4096},
            },
        }

    def check_steering(self):
        """The figures are those of the best mode."""
        if (mode := self.keeper.ask("GET", "/v1/status")[1]["steering"]) != "ebpf":
            raise ValueError(f"the steering mode is {mode}")

    def under_load(self, times):
        with ExitStack() as stack:
            clients = [stack.enter_context(client) for client in self.clients()]
            time.sleep(outlive.AFTERMATH)
            for _ in range(times):
                before, began = self.processes(), time.monotonic()
                self.keeper.once()
                self.took.append((time.monotonic() - began) * 1e3)
                time.sleep(outlive.AFTERMATH)
                self.ended += len(before - self.processes())
        counts = collections.Counter()
        for client in clients:
            self.keeper.notes.append(f"{self.keeper.name}, {self.server.name}: {client.counts}")
            counts.update(client.counts)
        kept = {"moved": counts["moved"]} if self.server.family == "udp" else {"cut": counts["reconnects"]}
        return {"answered": counts["answered"], "failed": counts["failed"], **kept, "ended": self.ended}

    def clients(self):
        if self.server.family == "udp":
            return [load.dns(self.keeper), load.flows(self.keeper)]
        return [load.http(self.keeper), load.http(self.keeper, 16, how="keep")]

    def processes(self):
        """(pid, start) of each process of a worker."""
        return {(pid, proc.started(pid)) for pid in proc.tree([self.keeper.machine.init])
                if b"\0REUSEPORT_SERVICE=" in b"\0" + proc.environment(pid)}

    def spread(self):
        """The most connections that a copy gets, relative to the mean."""
        got = collections.Counter(self.keeper.within(queries if self.server.family == "udp" else requests))
        return max(got.values()) / (sum(got.values()) / COPIES)

    def file(self, _):
        with open(f"{self.keeper.root}{self.keeper.home()}/lines") as file:
            return file.read().splitlines()

    def journal(self, since):
        self.keeper.session.run(self.keeper.machine.inside_words("journalctl", "--sync"))
        return self.keeper.session.run(self.keeper.machine.inside_words(
            "journalctl", "--unit=reuseportd", "--output=cat", f"--since=@{since}", "REUSEPORT_SERVICE=lines",
            "REUSEPORT_STREAM=stdout")).splitlines()


def requests():
    """The pid or number of the copy that served each connection."""
    found = []
    for _ in range(CONNECTIONS):
        connection = http.client.HTTPConnection("127.0.0.1", HTTP, timeout=10)
        connection.request("GET", "/", headers={"Connection": "close"})
        found.append(connection.getresponse().read())
        connection.close()
    return found


def queries():
    return [served(flow) for flow in opened("127.0.0.1", DNS, CONNECTIONS)]
