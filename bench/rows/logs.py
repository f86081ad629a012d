"""Two million lines of 100 bytes from one worker into a file."""
import os
import shutil

from ..host import proc
from . import flood
from .figure import Figure

LINES = 2_000_000
TOTAL = LINES * (flood.BYTES + 1)

FIGURES = [
    Figure("log", "2M lines of 100 bytes into a file", "MB/s", more=True, to_bare=False),
    Figure("log-peak", "its peak memory meanwhile (RSS of all its own processes)", "MiB", to_bare=False),
]


def applies(peer):
    return peer.keeps_logs


def measure(peer, _):
    peer.watch.forget()
    folder = peer.session.fresh()
    fleet, spew = flood.fleet(peer, LINES, f"{folder}/out.log")
    path = peer.log_file(fleet.log)
    try:
        peer.start(fleet)
        pid, began = next(iter(peer.watch.until(spew, 1, 30, pause=0.001).items()))
        own = {pid for pid in peer.own() if proc.comm(pid) not in (fleet.name, spew)}
        proc.forget_peak(own)
        written = flood.until(lambda: flood.size(path) >= TOTAL, peer)
        peak = proc.peak(own)
        check(path)
        return {"log": [TOTAL / 1e6 / (written - began)], "log-peak": [peak]}
    finally:
        peer.stop()
        shutil.rmtree(folder)
        if os.path.exists(path):
            os.unlink(path)


def check(path):
    with open(path, "rb") as file:
        count = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    if count != LINES or flood.size(path) != TOTAL:
        raise ValueError(f"{count} lines, {flood.size(path)} bytes arrived of {LINES} and {TOTAL}")
