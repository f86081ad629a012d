"""What all that is measured has in common, whichever rows it takes part in."""
import os
import shutil

from .host.session import Session


class Missing(Exception):
    """It cannot be had here."""


class Measured:
    name = ""
    # For build-aux/need.
    packages = []
    # What its figures are of, where a reader has to know.
    settings = ""
    # One round, and fewer restarts and kills in it.
    quick = False
    # Of chaos.
    seconds = 600

    def __init__(self, session, watch, out):
        self.session, self.watch, self.out = session, watch, out
        self.folder = self.pid = None
        # What a reader of the table has to know.
        self.notes = []

    def prepare(self):
        """Once, before the first round. Raises Missing."""

    def version(self):
        raise NotImplementedError

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
