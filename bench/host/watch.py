"""
Forks, execs and exits from the kernel, each with its time (netlink proc connector, CONFIG_PROC_EVENTS).
Events wait in the socket's buffer, so late reading costs no accuracy, and the measured processes keep the processors.
"""
import errno
import socket
import struct
import time

from . import proc

NETLINK_CONNECTOR = 11
SO_RCVBUFFORCE = 33
PROC_IDX, PROC_VAL, LISTEN = 1, 1, 1
FORK, EXEC, EXIT = 0x1, 0x2, 0x80000000
# struct proc_event follows struct nlmsghdr and struct cn_msg (linux/cn_proc.h).
HEADERS = 16 + 20
PAUSE = 0.02


class Timeout(Exception):
    """The awaited event did not come."""


class Watch:
    def __init__(self):
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_CONNECTOR)
        self._socket.bind((0, PROC_IDX))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self._socket.setblocking(False)
        self._socket.send(struct.pack("=IHHII", HEADERS + 4, 3, 0, 0, 0)
                          + struct.pack("=IIIIHHI", PROC_IDX, PROC_VAL, 0, 0, 4, 0, LISTEN))
        self._execs = {}
        self._exits = {}
        self._names = {}

    def forget(self):
        """Forgets all earlier events, at the beginning of a round."""
        try:
            self._pump()
        except OSError as error:
            # The buffer was full, so newer events are lost: they are earlier events too.
            if error.errno != errno.ENOBUFS:
                raise
            self._pump()
        for known in (self._execs, self._exits, self._names):
            known.clear()

    def began(self, pid, timeout=10):
        """The time of a started process's first exec; in seconds of CLOCK_MONOTONIC, like all times here."""
        self._wait(lambda: pid in self._execs, timeout, f"exec of {pid}")
        return self._execs[pid][0]

    def became(self, pid, timeout=10):
        """The time of a started process's last exec until now."""
        self.began(pid, timeout)
        return self._execs[pid][-1]

    def ended(self, pid, timeout):
        self._wait(lambda: pid in self._exits, timeout, f"exit of {pid}")
        return self._exits[pid]

    def running(self, name):
        """Processes whose last exec was of a program with this name -> the time of that exec."""
        self._pump()
        return {pid: times[-1] for pid, times in list(self._execs.items())
                if pid not in self._exits and self._name(pid) == name}

    def until(self, name, count, timeout, other_than=(), pause=PAUSE):
        """Waits until so many processes run that are not among the others: pid -> time of its exec."""
        def new():
            return {pid: at for pid, at in self.running(name).items() if pid not in other_than}
        self._wait(lambda: len(new()) >= count, timeout, f"{count} of {name}", pause)
        return new()

    def until_gone(self, pids, timeout):
        """The time at which the last of them ended."""
        self._wait(lambda: all(pid in self._exits for pid in pids), timeout, "exits")
        return max(self._exits[pid] for pid in pids)

    def _wait(self, done, timeout, what, pause=PAUSE):
        by = time.monotonic() + timeout
        self._pump()
        while not done():
            if time.monotonic() > by:
                raise Timeout(f"no {what} within {timeout} s")
            time.sleep(pause)
            self._pump()

    def _name(self, pid):
        if pid not in self._names:
            self._names[pid] = proc.comm(pid)
        return self._names[pid]

    def _pump(self):
        while True:
            try:
                data = self._socket.recv(4096)
            except BlockingIOError:
                return
            what, _, at = struct.unpack_from("=IIQ", data, HEADERS)
            first, second, third = struct.unpack_from("=III", data, HEADERS + 16)
            if what == FORK:
                # A new process may have the pid of an old one.
                for known in (self._execs, self._exits, self._names):
                    known.pop(third, None)
            elif what == EXEC:
                self._execs.setdefault(second, []).append(at / 1e9)
                self._names.pop(second, None)
            elif what == EXIT and first == second:
                self._exits[second] = at / 1e9
