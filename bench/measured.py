"""The common base of peers and keepers."""
import os
import shutil

from .host.session import Session


class Missing(Exception):
    """The peer cannot run here."""


class Measured:
    name = ""
    # Arguments of build-aux/need.
    packages = []
    # The setup, for readers of the table.
    settings = ""
    # True for a single round, with fewer restarts and kills.
    quick = False
    # Duration of the row chaos.
    seconds = 600

    def __init__(self, session, watch, out):
        self.session, self.watch, self.out = session, watch, out
        self.folder = self.pid = None
        # Notes for readers of the table.
        self.notes = []

    def prepare(self):
        """Called once, before the first round. Raises Missing."""

    def version(self):
        raise NotImplementedError

    def stop(self):
        self.session.end_all()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self):
        """Called once, after the last round."""

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
