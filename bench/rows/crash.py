"""A hundred times SIGKILL for one of 4 copies under load, each a server of one connection at a time: more than one request for each kill is a loss."""
import os
import random
import signal
import time

from .. import load
from ..keepers.server import ONE
from .figure import Figure
from .rolling import checked

KILLS, QUICK = 100, 15
# A copy of this age is restarted at once by all that are measured.
RIPE = 1.2

FIGURES = [Figure("crash", f"`kill -9`, {KILLS} times (`--quick`: {QUICK}): failed", "requests", count=True),
           Figure("crash-each", "the same, for each kill (at most 1)", "requests")]


def applies(keeper):
    return keeper.takes(ONE)


def measure(keeper, _):
    kills = QUICK if keeper.quick else KILLS
    try:
        keeper.start(ONE)
        with load.http(keeper, 32) as client:
            kill_often(keeper, kills)
            time.sleep(0.5)
        failed = checked(keeper, ONE, client.counts)
        return {"crash": [failed], "crash-each": [failed / kills]}
    finally:
        keeper.stop()


def kill_often(keeper, kills):
    chance, born = random.Random(1), {}
    by = time.monotonic() + 3 * kills
    while kills:
        time.sleep(0.1)
        now = time.monotonic()
        pids = [pid for pid in keeper.pids().values() if pid]
        born = {pid: born.get(pid, now) for pid in pids}
        ripe = [pid for pid in pids if now - born[pid] > RIPE]
        if len(pids) == keeper.workers and len(keeper.net.queues(keeper.server.port)) == keeper.workers and ripe:
            os.kill(chance.choice(ripe), signal.SIGKILL)
            kills -= 1
        if now > by:
            raise ValueError(f"{kills} kills left")
