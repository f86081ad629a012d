"""A worker that writes as fast as it can: lines of 100 bytes, each with its number."""
import os
import time

from ..peers.peer import Fleet
from .workers import PATIENCE

BYTES = 100
SCRIPT = """\
#!/bin/sh
{spew} {lines} %d
exec {sleep} 1000
""" % BYTES


def fleet(peer, lines, log):
    """One worker that writes and then sleeps, so that it is not restarted; and the name of the writing program."""
    spew = peer.program(f"{peer.out}/testworkers/spew")
    sleep = peer.program("/bin/sleep")
    script = f"{peer.session.folder}/flood-{os.path.basename(spew)}"
    with open(script, "w") as file:
        file.write(SCRIPT.format(spew=spew, lines=lines, sleep=sleep))
    os.chmod(script, 0o755)
    return Fleet(1, [peer.program(script)], log), os.path.basename(spew)


def until(done, peer, timeout=PATIENCE):
    """The time at which it is done; the check is so rare that it does not affect the measurement."""
    by = time.monotonic() + timeout
    while not done():
        if time.monotonic() > by:
            raise TimeoutError(f"{peer.name} does not get the log written within {timeout} s")
        time.sleep(0.005)
    return time.monotonic()


def size(path):
    try:
        return os.path.getsize(path)
    except FileNotFoundError:
        return 0
