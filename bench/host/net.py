"""A network namespace for one run: every port is free, and settings have the kernel's defaults."""
import ctypes
import os
import pickle
import subprocess
import sys
import time

from .watch import Timeout

CLONE_NEWNET = 0x40000000
LISTENING = {"tcp": "0A", "udp": "07"}


class Net:
    """pid: a process inside the namespace."""

    def __init__(self, pid):
        self.pid = pid

    @classmethod
    def fresh(cls, session):
        net = cls(session.launch(["unshare", "--net", "sleep", "100000"]))
        by = time.monotonic() + 10
        while os.readlink(f"/proc/{net.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            if time.monotonic() > by:
                raise Timeout("no network namespace")
            time.sleep(0.005)
        session.run(net.inside(["ip", "link", "set", "lo", "up"]))
        return net

    def inside(self, words):
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", *words]

    def start(self, words):
        """Starts a program whose output is read."""
        return subprocess.Popen(self.inside(words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def call(self, function):
        """The result of a function, called by a process inside the namespace."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                with open(f"/proc/{self.pid}/ns/net") as namespace:
                    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                with os.fdopen(writer, "wb") as file:
                    pickle.dump(function(), file)
                code = 0
            except Exception as error:
                print(f"in the namespace: {error!r}", file=sys.stderr, flush=True)
            finally:
                os._exit(code)
        os.close(writer)
        with os.fdopen(reader, "rb") as file:
            answer = file.read()
        os.waitpid(child, 0)
        if not answer:
            raise ValueError("the process in the namespace returned nothing")
        return pickle.loads(answer)

    def queues(self, port, family="tcp"):
        """inode -> waiting connections, or bytes, of each socket that serves the port."""
        found = {}
        with open(f"/proc/{self.pid}/net/{family}") as file:
            for line in file.readlines()[1:]:
                words = line.split()
                if words[3] == LISTENING[family] and int(words[1].partition(":")[2], 16) == port:
                    found[int(words[9])] = int(words[4].partition(":")[2], 16)
        return found

    def until_served(self, port, family, count, timeout=30):
        """Waits until so many sockets serve the port."""
        by = time.monotonic() + timeout
        while len(self.queues(port, family)) < count:
            if time.monotonic() > by:
                raise Timeout(f"no {count} sockets on {family} port {port} within {timeout} s")
            time.sleep(0.01)


def sockets(pid):
    """The inodes of a process's sockets."""
    found = set()
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
            if target.startswith("socket:["):
                found.add(int(target[8:-1]))
    except FileNotFoundError:
        pass
    return found
