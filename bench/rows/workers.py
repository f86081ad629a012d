"""Fleets of sleepers, which cost nothing themselves."""
import shutil
import time
from contextlib import contextmanager

from ..peers.peer import Fleet

# Seconds: a start that takes this long is only slow; a longer one has failed.
PATIENCE = 90
# Longer than the longest failed start of any peer (1 s), so that a worker that ends now is replaced without delay.
SETTLE = 1.3


@contextmanager
def sleepers(peer, count):
    """Starts them; returns their name, the time of the supervisor's exec, and pid -> time of each."""
    peer.watch.forget()
    fleet = Fleet(count, [peer.program(shutil.which("sleep")), "1000"])
    try:
        began = peer.start(fleet)
        yield fleet.name, began, peer.watch.until(fleet.name, count, PATIENCE)
    finally:
        peer.stop()


def settle():
    time.sleep(SETTLE)
