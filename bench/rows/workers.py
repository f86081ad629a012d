"""Fleets of sleepers, which cost nothing themselves."""
import shutil
import time
from contextlib import contextmanager

from ..peers.peer import Fleet

# A start that lasts as long may be slow; one that lasts longer does not come.
PATIENCE = 90
# Longer than what any of the peers takes for a start that failed (1 s), so that what ends now is replaced without a penalty.
SETTLE = 1.3


@contextmanager
def sleepers(peer, count):
    """Starts them; gives their name, when the supervisor's exec was, and pid -> when each came."""
    peer.watch.forget()
    fleet = Fleet(count, [peer.program(shutil.which("sleep")), "1000"])
    try:
        began = peer.start(fleet)
        yield fleet.name, began, peer.watch.until(fleet.name, count, PATIENCE)
    finally:
        peer.stop()


def settle():
    time.sleep(SETTLE)
