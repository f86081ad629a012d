"""A control group (v2) with systemd's mark for delegation: a daemon in it makes a control group for each worker."""
import itertools
import os
import time

from ..measured import Missing
from .watch import Timeout

_numbers = itertools.count()


def _parent():
    """The directory of this process's own group."""
    with open("/proc/self/mountinfo") as file:
        mount = next((words[4] for words in map(str.split, file) if "cgroup2" in words), None)
    if mount is None:
        raise Missing("no cgroup v2 is mounted")
    with open("/proc/self/cgroup") as file:
        return mount + next(line[3:].strip() for line in file if line.startswith("0::")).rstrip("/")


class Delegated:
    def __init__(self):
        # peers/machine.sh removes groups with such a name whose process has ended.
        self.path = f"{_parent()}/reuseportd-bench-{next(_numbers)}-{os.getpid()}"
        os.mkdir(self.path)
        os.setxattr(self.path, "trusted.delegate", b"1")

    def inside(self, words):
        """The words of a command that joins the group. The pid stays."""
        return ["sh", "-c", 'echo 0 > "$0/cgroup.procs" && exec "$@"', self.path, *words]

    def close(self):
        """Kills all processes of the group and removes it."""
        with open(f"{self.path}/cgroup.kill", "w") as file:
            file.write("1")
        by = time.monotonic() + 10
        while "populated 0" not in self._events():
            if time.monotonic() > by:
                raise Timeout(f"processes stay in {self.path}")
            time.sleep(0.005)
        for folder, _, _ in os.walk(self.path, topdown=False):
            os.rmdir(folder)

    def _events(self):
        with open(f"{self.path}/cgroup.events") as file:
            return file.read()
