"""The one interface of all that is measured."""
import os
import shutil
from dataclasses import dataclass

from ..host import proc
from ..host.session import Session


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


class Missing(Exception):
    """The peer cannot be had here."""


class Peer:
    name = ""
    # For build-aux/need.
    packages = []
    # What its figures are of, where a reader has to know.
    settings = ""
    # Whether it is measured with 2,000 workers too.
    scales = False
    # Whether output passes through it, or something of it.
    keeps_logs = True
    # Whether it has a log of its own that keeps who said a line, and when.
    has_own_log = False

    def __init__(self, session, watch, out):
        self.session, self.watch, self.out = session, watch, out
        self.pid = None
        self.folder = None
        self.fleet = None

    def prepare(self):
        """Once, before the first round. Raises Missing."""

    def version(self):
        raise NotImplementedError

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

    def stop(self):
        self.session.end_all()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self):
        """Once, after the last round."""

    def write(self, path, text, mode=0o644):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path


def debian(package):
    """Version of an installed Debian package."""
    return Session.run(["dpkg-query", "-W", "-f", "${Version}", package])
