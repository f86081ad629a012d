"""The daemon under systemd whose own process ends in one way, again and again; each way is a column of the table."""
from .outliving import Unit


class Enduring(Unit):
    packages = Unit.packages + ["node:nodejs", "python3:python3", "nginx:nginx-light"]
    # True if a worker dies, too, while no daemon runs.
    bereaves = False

    def once(self):
        """The daemon ends; returns when the next one controls the workers."""
        raise NotImplementedError


class Reexecuted(Enduring):
    name = "reuseportd reexec"
    settings = "the installed unit under systemd: `reuseportctl reexec`"

    def once(self):
        self.reexec()


class Killed(Enduring):
    name = "reuseportd killed"
    settings = "the same: `kill -9` of the daemon"
    bereaves = True

    def once(self):
        self.killed()


class Restarted(Enduring):
    name = "reuseportd restarted"
    settings = "the same: `systemctl restart`"

    def once(self):
        self.restarted()


ENDURING = [Reexecuted, Killed, Restarted]
