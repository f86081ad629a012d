"""The interface of all supervisors."""
import os
from dataclasses import dataclass

from ..host import proc
from ..measured import Measured


@dataclass(frozen=True)
class Fleet:
    """A number of copies of a command, kept running. The name is that of their processes."""
    count: int
    command: list
    # A file for standard output; None: the peer's default; "own": the supervisor's own log.
    log: str | None = None

    @property
    def name(self):
        return os.path.basename(self.command[0])


class Peer(Measured):
    # True if the peer is also measured with 2,000 workers.
    scales = False
    # True if output passes through the peer.
    keeps_logs = True
    # True if the peer has a log of its own that records the worker and the time of a line.
    has_own_log = False
    # Replaces the supervisor's own process by its program on disk, while the workers run on; None if the peer cannot.
    reexec = None

    def __init__(self, session, watch, out):
        super().__init__(session, watch, out)
        self.fleet = None

    def program(self, source):
        """A copy of a program that this peer can start, with its own name."""
        return self.session.program(source)

    def start(self, fleet):
        """Starts everything; returns the time of the supervisor's exec. Writing files before it does not count."""
        self.folder, self.fleet = self.session.fresh(), fleet
        self.pid = self.session.launch(*self.arrange())
        return self.watch.began(self.pid)

    def arrange(self):
        """Writes the configuration; returns words and variables that start the supervisor."""
        raise NotImplementedError

    def own(self):
        """The supervisor's processes, without the workers."""
        return {pid for pid in proc.tree([self.pid]) if proc.comm(pid) != self.fleet.name}

    def restart_all(self):
        """Requests a restart of all workers; returns the time of the request."""
        pid = self.session.launch(*self.restarting())
        return self.watch.began(pid)

    def restarting(self):
        """Words and variables of the command that restarts all workers."""
        raise NotImplementedError

    def log_file(self, path):
        """The file that the fleet's log is written to."""
        return path

    def own_log(self):
        """The file of its own log; None if that cannot be watched while it is written."""
        return None
