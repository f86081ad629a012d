"""The one interface of all supervisors."""
import os
from dataclasses import dataclass

from ..host import proc
from ..measured import Measured


@dataclass(frozen=True)
class Fleet:
    """So many copies of a command, kept running. The names are those of their processes in the end."""
    count: int
    command: list
    # A file that standard output goes to; None: wherever the peer sends it unasked; "own": the log of the supervisor itself.
    log: str | None = None

    @property
    def name(self):
        return os.path.basename(self.command[0])


class Peer(Measured):
    # Whether it is measured with 2,000 workers too.
    scales = False
    # Whether output passes through it, or something of it.
    keeps_logs = True
    # Whether it has a log of its own that keeps who said a line, and when.
    has_own_log = False

    def __init__(self, session, watch, out):
        super().__init__(session, watch, out)
        self.fleet = None

    def program(self, source):
        """A copy of a program that this peer can start, under a name of its own."""
        return self.session.program(source)

    def start(self, fleet):
        """Starts everything; the moment of its exec. What has to be written first is not counted."""
        self.folder, self.fleet = self.session.fresh(), fleet
        self.pid = self.session.launch(*self.arrange())
        return self.watch.began(self.pid)

    def arrange(self):
        """Writes the configuration; words and variables to start the supervisor with."""
        raise NotImplementedError

    def own(self):
        """Its processes, without the workers."""
        return {pid for pid in proc.tree([self.pid]) if proc.comm(pid) != self.fleet.name}

    def restart_all(self):
        """Asks for new processes in place of all; the moment of asking."""
        pid = self.session.launch(*self.restarting())
        return self.watch.began(pid)

    def restarting(self):
        """Words and variables of the command that restarts all."""
        raise NotImplementedError

    def log_file(self, path):
        """Where that is which the fleet's log was to be."""
        return path

    def own_log(self):
        """The file of its own log; None where that is none that can be looked at while it is written."""
        return None
