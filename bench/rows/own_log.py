"""Lines into the supervisor's own log, with the worker and the time of each: the daemon's as JSON, systemd's journal."""
import os

from . import flood
from .figure import Figure

LINES = 200_000
TOTAL = LINES * (flood.BYTES + 1)
LAST = f"{LINES - 1} x".encode()

FIGURES = [Figure("own-log", "200k lines of 100 bytes into its own structured log", "MB/s", more=True, to_bare=False)]


def applies(peer):
    return peer.has_own_log


def measure(peer, _):
    peer.watch.forget()
    fleet, spew = flood.fleet(peer, LINES, "own")
    try:
        peer.start(fleet)
        pid, began = next(iter(peer.watch.until(spew, 1, 30, pause=0.001).items()))
        path = peer.own_log()
        if path is None:
            # The reader follows the log on a socket: little is unread at the end.
            ended = peer.watch.ended(pid, 300)
        else:
            ended = flood.until(lambda: LAST in tail(path), peer)
        return {"own-log": [TOTAL / 1e6 / (ended - began)]}
    finally:
        peer.stop()


def tail(path):
    with open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - 4096))
        return file.read()
