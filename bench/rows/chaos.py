"""
Three services under load. Meanwhile workers are killed and stopped, and services scaled and restarted. Files are applied:
valid ones, invalid ones, and ones whose command ends at once. A kill may cost the request that the dead process had
accepted; nothing else may be lost or left behind.
"""
import collections
import json
import os
import random
import signal
import time
from contextlib import ExitStack

from .. import load
from ..host import proc
from ..keepers.server import DNS, DNS_C, ONE, PYTHON
from . import cost
from .figure import Figure

SERVICES = {"web": (ONE, 8080, 4), "py": (PYTHON, 8081, 3), "dns": (DNS_C, DNS, 3)}
CLIENTS = 8
# Longer than any worker is stopped.
PATIENCE = 5000
SETTLE = 60

FIGURES = [
    Figure("chaos-kills", "chaos: processes killed", "processes", count=True),
    Figure("chaos-answered", "chaos: requests and queries answered", "requests", count=True),
    Figure("chaos-failed", "chaos: requests failed beyond one for each kill", "requests", count=True),
    Figure("chaos-lost", f"chaos: queries lost beyond {CLIENTS} for each kill", "queries", count=True),
    Figure("chaos-wrong", "chaos: workers or processes too many or too few at the end", "", count=True),
    Figure("chaos-descriptors", "chaos: descriptors of the daemon more than at the beginning", "", count=True),
    Figure("chaos-bpf", "chaos: programs and maps of the kernel left, while it runs and after", "", count=True),
    Figure("chaos-orphans", "chaos: processes left after it", "processes", count=True),
]


def applies(keeper):
    return keeper.ours and keeper.steering != "none"


def measure(keeper, _):
    before = bpf(keeper)
    chaos = Chaos(keeper)
    try:
        keeper.start_all(chaos.services, [server for server, _, _ in SERVICES.values()])
        figures = chaos.run()
        figures["chaos-orphans"] = chaos.left_after_stop()
        figures["chaos-bpf"] += gone(lambda: bpf(keeper) - before)
        return {key: [value] for key, value in figures.items()}
    finally:
        keeper.stop()


def bpf(keeper):
    """The kernel's objects with the daemon's names that no process outside this run holds; other daemons have their own."""
    strangers = held_by(set(proc.parents()) - proc.tree([os.getpid()]))
    programs, maps = cost.listed(keeper, "prog"), cost.listed(keeper, "map")
    theirs = {number for entry in programs if entry["id"] in strangers["prog_id"] for number in entry.get("map_ids", [])}
    theirs |= strangers["map_id"]
    return ({("prog", entry["id"]) for entry in programs if entry["id"] not in strangers["prog_id"]}
            | {("map", entry["id"]) for entry in maps if entry["id"] not in theirs})


def held_by(pids):
    """Numbers of the programs and maps that these processes have descriptors of."""
    found = {"prog_id": set(), "map_id": set()}
    for pid in pids:
        for key, number in proc.objects(pid):
            found[key].add(number)
    return found


def gone(left, timeout=10):
    """Number of processes that are left after a while."""
    by = time.monotonic() + timeout
    while (now := left()) and time.monotonic() < by:
        time.sleep(0.1)
    return len(now)


class Chaos:
    def __init__(self, keeper):
        self.keeper = keeper
        self.chance = random.Random(os.environ.get("BENCH_SEED", "1"))
        self.generation = 0
        self.counts = {name: count for name, (_, _, count) in SERVICES.items()}
        self.kills = dict.fromkeys(SERVICES, 0)
        self.stopped = []

    def services(self, **odd):
        """odd: changed settings of a service, by its name."""
        return {name: {
            "command": [str(port) if word == str(server.port) else word for word in self.keeper.words_of(server)],
            "workers": self.counts[name],
            "reuseport": {"ports": [port], "backlog": 4096},
            "environment": {"GENERATION": str(self.generation)},
            "stderr": "null",
            **odd.get(name, {}),
        } for name, (server, port, _) in SERVICES.items()}

    def run(self):
        # All descriptors that the daemon keeps are open before they are counted.
        self.bad_file()
        self.calm()
        descriptors, objects = self.descriptors(), len(bpf(self.keeper))
        with ExitStack() as stack:
            clients = {name: stack.enter_context(self.client(name)) for name in SERVICES}
            self.storm()
            self.calm()
        counts = {name: client.counts for name, client in clients.items()}
        self.tell(counts)
        http = [max(0, counts[name]["failed"] - self.kills[name]) for name in ("web", "py")]
        return {
            "chaos-kills": sum(self.kills.values()),
            "chaos-answered": sum(count["answered"] for count in counts.values()),
            "chaos-failed": sum(http),
            "chaos-lost": max(0, counts["dns"]["failed"] - CLIENTS * self.kills["dns"]),
            "chaos-wrong": self.told_wrong(),
            "chaos-descriptors": max(0, self.descriptors(by=descriptors) - descriptors),
            "chaos-bpf": max(0, len(bpf(self.keeper)) - objects),
        }

    def tell(self, counts):
        self.keeper.notes += [f"{self.keeper.name}, chaos, {name}: {self.kills[name]} kills, {json.dumps(count)}"
                              for name, count in counts.items()]

    def client(self, name):
        _, port, _ = SERVICES[name]
        tools = self.keeper.tools
        words = ([f"{tools}/udp_load", "127.0.0.1", str(port), str(CLIENTS), "100000", str(PATIENCE)] if name == "dns"
                 else [f"{tools}/http_load", "127.0.0.1", str(port), str(CLIENTS), "100000"])
        return load.running(self.keeper.net, words)

    def storm(self):
        deeds = [self.kill] * 6 + [self.stop] * 3 + [self.scale] * 3
        deeds += [self.restart, self.good_file, self.good_file, self.bad_file, self.failing_file]
        by = time.monotonic() + self.keeper.seconds
        while time.monotonic() < by:
            self.chance.choice(deeds)()
            self.wake(time.monotonic())
            time.sleep(self.chance.uniform(0.05, 0.8))

    def calm(self):
        """Continues all workers, and restores the state of the file."""
        self.wake(None)
        self.counts = {name: count for name, (_, _, count) in SERVICES.items()}
        for name, count in self.counts.items():
            self.keeper.ask("POST", f"/v1/services/{name}/scale", {"workers": count, "wait": False})
        self.generation += 1
        self.keeper.configure(self.services())
        # Waits: before an update begins, the state looks correct.
        self.keeper.ask("POST", "/v1/apply", {"wait": True, "timeout": SETTLE})
        self.settle()

    def kill(self):
        worker = self.any_worker()
        if worker:
            os.kill(worker["pid"], signal.SIGKILL)
            self.kills[worker["service"]] += 1

    def stop(self):
        """Stops a worker for up to 1.5 s; by pidfd, because another process may get the pid."""
        worker = self.any_worker()
        if worker:
            handle = os.pidfd_open(worker["pid"])
            signal.pidfd_send_signal(handle, signal.SIGSTOP)
            self.stopped.append((time.monotonic() + self.chance.uniform(0.1, 1.5), handle))

    def wake(self, now):
        for until, handle in self.stopped[:]:
            if now is None or now >= until:
                try:
                    signal.pidfd_send_signal(handle, signal.SIGCONT)
                except ProcessLookupError:
                    pass
                os.close(handle)
                self.stopped.remove((until, handle))

    def any_worker(self):
        """A worker of a service with two others that serve, so that no client waits for a start."""
        ready = [worker for worker in self.keeper.ready() if worker.get("pid") and worker.get("ready_seconds", 0) > 1]
        counts = collections.Counter(worker["service"] for worker in ready)
        eligible = [worker for worker in ready if counts[worker["service"]] > 2 + len(self.stopped)]
        return self.chance.choice(eligible) if eligible else None

    def scale(self):
        self.keeper.ask("POST", f"/v1/services/{self.any_service()}/scale", {"workers": self.chance.randint(3, 6), "wait": False})

    def restart(self):
        self.keeper.ask("POST", "/v1/restart", {"names": [self.any_service()], "wait": False})

    def good_file(self):
        self.generation += 1
        self.counts[self.any_service()] = self.chance.randint(3, 6)
        self.keeper.configure(self.services())
        self.keeper.ask("POST", "/v1/apply", {"wait": False})

    def bad_file(self):
        self.keeper.configure(self.services(web={"workers": "many"}))
        _, answer = self.keeper.ask("POST", "/v1/apply", {"wait": False})
        if not answer.get("errors"):
            raise ValueError(f"an invalid file was accepted: {answer}")
        self.keeper.configure(self.services())

    def failing_file(self):
        """The new generation never becomes ready: the old one continues to serve."""
        self.keeper.configure(self.services(**{self.any_service(): {"command": ["false"]}}))
        self.keeper.ask("POST", "/v1/apply", {"wait": False})
        self.keeper.configure(self.services())

    def any_service(self):
        return self.chance.choice(list(SERVICES))

    def settle(self):
        """Waits until the number of workers is right and all are ready; at most SETTLE seconds."""
        by = time.monotonic() + SETTLE
        while self.wrong() and time.monotonic() < by:
            time.sleep(0.1)

    def wrong(self):
        """Number of missing and surplus workers and processes."""
        ready = [worker["service"] for worker in self.keeper.ready()]
        processes = self.processes()
        difference = sum(abs(ready.count(name) - count) for name, count in self.counts.items())
        return difference + abs(len(processes) - sum(self.counts.values()))

    def told_wrong(self):
        """The same, with a note of the workers' states."""
        if wrong := self.wrong():
            states = ", ".join(f"{worker['name']} {worker['state']}" for worker in self.keeper.status())
            self.keeper.notes.append(f"{self.keeper.name}, chaos: {len(self.processes())} processes for {self.counts}: {states}")
        return wrong

    def processes(self):
        """Processes whose command is one of the services'."""
        commands = [f"{self.keeper.folder}/{name}".encode() for server, _, _ in SERVICES.values() for name in server.files]
        return [pid for pid in proc.parents() if any(command in proc.command(pid) for command in commands)]

    def descriptors(self, by=None, timeout=10):
        """Number of the daemon's descriptors; by: waits until there are no more, as clients' connections end later."""
        until = time.monotonic() + timeout
        while True:
            count = len(os.listdir(f"/proc/{self.keeper.pid}/fd"))
            if by is None or count <= by or time.monotonic() > until:
                return count
            time.sleep(0.1)

    def left_after_stop(self):
        os.kill(self.keeper.pid, signal.SIGTERM)
        self.keeper.watch.ended(self.keeper.pid, 60)
        return gone(self.processes)
