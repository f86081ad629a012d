"""
SIGKILL, a hundred times, for one of 4 copies under load; each serves one connection at a time. For each kill: the failed
requests after it, and the client that the dead process had accepted, which its file shows. More than one failed request,
or another client's, is a loss.
"""
import os
import random
import signal
import time
from bisect import bisect

from .. import load
from ..host import proc
from ..keepers.server import ONE, ONE_GO, ONE_STATIC
from ..table import CANNOT
from .figure import Figure
from .rolling import checked

KILLS, QUICK = 100, 15
# All measured supervisors restart a copy of this age at once.
RIPE = 1.2

SERVERS = {"": ONE, " static": ONE_STATIC, " go": ONE_GO}

FIGURES = [figure for key, server in SERVERS.items() for figure in (
    Figure(f"crash{key}", f"{server.name}, `kill -9`, {KILLS} times (`--quick`: {QUICK}): failed", "requests", count=True),
    Figure(f"crash-each{key}", "the same, for each kill", "requests"),
    Figure(f"crash-worst{key}", "the same, most for one kill (at most 1)", "requests", count=True),
    Figure(f"crash-accepted{key}", "that the dead processes had accepted, counted at the server", "requests", count=True),
    Figure(f"crash-beyond{key}", "failed and not accepted by the process that was killed", "requests", count=True),
)]


def applies(keeper):
    return keeper.takes(ONE)


def measure(keeper, _):
    figures = {figure.key: [CANNOT] for figure in FIGURES}
    for key, server in SERVERS.items():
        if keeper.takes(server):
            figures |= {f"{name}{key}": [number] for name, number in crash(keeper, server).items()}
    return figures


def crash(keeper, server):
    kills = QUICK if keeper.quick else KILLS
    try:
        keeper.start(server)
        with load.http(keeper, 32) as client:
            killed = kill_often(keeper, kills)
            time.sleep(0.5)
        failed = checked(keeper, server, client.counts)
        accepted = [in_hand(keeper, pid) for _, pid in killed]
        lost = by_kill([at for at, _ in killed], client.failures)
        return {"crash": failed, "crash-each": failed / kills, "crash-worst": max(map(len, lost)),
                "crash-accepted": sum(map(len, accepted)),
                "crash-beyond": sum(port not in held for ports, held in zip(lost, accepted) for port in ports)}
    finally:
        keeper.stop()


def kill_often(keeper, kills):
    """(when, pid in its own namespace) of each."""
    chance, born, killed = random.Random(1), {}, []
    by = time.monotonic() + 3 * kills
    while len(killed) < kills:
        time.sleep(0.1)
        now = time.monotonic()
        pids = [pid for pid in keeper.pids().values() if pid]
        born = {pid: born.get(pid, now) for pid in pids}
        ripe = [pid for pid in pids if now - born[pid] > RIPE]
        if len(pids) == keeper.workers and len(keeper.net.queues(keeper.server.port)) == keeper.workers and ripe:
            victim = chance.choice(ripe)
            inside = proc.innermost(victim)
            killed.append((time.monotonic(), inside))
            os.kill(victim, signal.SIGKILL)
        if now > by:
            raise ValueError(f"{kills - len(killed)} kills left")
    return killed


def by_kill(times, failures):
    """The ports of clients that failed between each kill and the next; failures: (when, port)."""
    ports = [[] for _ in times]
    for at, port in failures:
        ports[max(bisect(times, at) - 1, 0)].append(port)
    return ports


def in_hand(keeper, pid):
    """The ports of clients, one or none, that a process had accepted when it died (http_serve.c)."""
    with open(f"{keeper.folder}/held.{pid}", "rb") as file:
        port = int.from_bytes(file.read()[2:4], "big")
    return [port] if port else []
