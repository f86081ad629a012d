"""Random faults of the row chaos. The daemon's own process ends, too, if its workers outlive it."""
import collections
import os
import random
import signal
import time

from ..keepers.server import DNS, DNS_C, ONE, PYTHON

SERVICES = {"web": (ONE, 8080, 4), "py": (PYTHON, 8081, 3), "dns": (DNS_C, DNS, 3)}
# Seconds from one kill of the daemon to the next.
PERIOD = 10
# Seconds between a kill of the guard and an end of the daemon. Nothing takes over the workers if both are killed at once.
APART = 3


def killed(pid):
    """Kills a process; False if another fault has ended it."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


class Faults:
    def __init__(self, keeper):
        self.keeper = keeper
        self.chance = random.Random(os.environ.get("BENCH_SEED", "1"))
        self.generation = 0
        self.counts = {name: count for name, (_, _, count) in SERVICES.items()}
        # The times at which workers of a service were killed.
        self.kills = {name: [] for name in SERVICES}
        self.stopped = []
        # Of the daemon's own process.
        self.ends = dict.fromkeys(("killed", "killed again", "restarted", "reexec"), 0)
        self.guards, self.guard_killed, self.daemon_killed = 0, -APART, -APART
        self.commands = []

    def services(self, **odd):
        """odd: changed settings of a service, by its name."""
        return {name: {
            "command": [str(port) if word == str(server.port) else word for word in self.keeper.words_of(server)],
            "workers": self.counts[name],
            "reuseport": {"ports": [port], "backlog": 4096},
            "environment": {"GENERATION": str(self.generation)},
            "stderr": "null",
            **odd.get(name, {}),
        } for name, (server, port, _) in SERVICES.items()}

    def storm(self):
        deeds = [self.kill] * 6 + [self.stop] * 3 + [self.scale] * 3
        deeds += [self.restart, self.good_file, self.good_file, self.bad_file, self.failing_file]
        if self.keeper.outlived:
            deeds += [self.restart_daemon, self.replace_daemon, self.kill_guard]
        by, next_kill = time.monotonic() + self.keeper.seconds, time.monotonic() + PERIOD
        while time.monotonic() < by:
            if self.keeper.outlived and time.monotonic() > max(next_kill, self.guard_killed + APART):
                self.kill_daemon()
                next_kill += PERIOD
            self.chance.choice(deeds)()
            self.wake(time.monotonic())
            time.sleep(self.chance.uniform(0.05, 0.8))

    def calm(self):
        """Continues all workers, waits for the commands, and restores the state of the file."""
        self.wake(None)
        for command in self.commands:
            command.wait(60)
        self.counts = {name: count for name, (_, _, count) in SERVICES.items()}
        for name, count in self.counts.items():
            self.keeper.ask("POST", f"/v1/services/{name}/scale", {"workers": count, "wait": False})
        self.generation += 1
        self.keeper.configure(self.services())

    def kill(self):
        self.end(*self.any_worker())

    def end(self, service, pid):
        # The kill may fail a request before it returns.
        now = time.monotonic()
        if pid and killed(pid):
            self.kills[service].append(now)

    def stop(self):
        """Stops a worker for up to 1.5 s; by pidfd, because another process may get the pid."""
        _, pid = self.any_worker()
        try:
            handle = os.pidfd_open(pid) if pid else None
        except ProcessLookupError:
            handle = None
        if handle is not None:
            signal.pidfd_send_signal(handle, signal.SIGSTOP)
            self.stopped.append((time.monotonic() + self.chance.uniform(0.1, 1.5), handle))

    def wake(self, now):
        for until, handle in self.stopped[:]:
            if now is None or now >= until:
                try:
                    signal.pidfd_send_signal(handle, signal.SIGCONT)
                except ProcessLookupError:
                    pass
                os.close(handle)
                self.stopped.remove((until, handle))

    def any_worker(self):
        """Service and pid of a worker of a service with two others that serve, so that no client waits for a start."""
        ready = [worker for worker in self.keeper.ready() if worker.get("pid") and worker.get("ready_seconds", 0) > 1]
        counts = collections.Counter(worker["service"] for worker in ready)
        eligible = [worker for worker in ready if counts[worker["service"]] > 2 + len(self.stopped)]
        if not eligible:
            return None, None
        worker = self.chance.choice(eligible)
        return worker["service"], self.keeper.outside(worker["pid"])

    def scale(self):
        self.keeper.ask("POST", f"/v1/services/{self.any_service()}/scale", {"workers": self.chance.randint(3, 6), "wait": False})

    def restart(self):
        self.keeper.ask("POST", "/v1/restart", {"names": [self.any_service()], "wait": False})

    def good_file(self):
        self.generation += 1
        self.counts[self.any_service()] = self.chance.randint(3, 6)
        self.keeper.configure(self.services())
        self.keeper.ask("POST", "/v1/apply", {"wait": False})

    def bad_file(self):
        self.keeper.configure(self.services(web={"workers": "many"}))
        _, answer = self.keeper.ask("POST", "/v1/apply", {"wait": False})
        if not answer.get("errors"):
            raise ValueError(f"an invalid file was accepted: {answer}")
        self.keeper.configure(self.services())

    def failing_file(self):
        """The new generation never becomes ready: the old one continues to serve."""
        self.keeper.configure(self.services(**{self.any_service(): {"command": ["false"]}}))
        self.keeper.ask("POST", "/v1/apply", {"wait": False})
        self.keeper.configure(self.services())

    def any_service(self):
        return self.chance.choice(list(SERVICES))

    def kill_daemon(self):
        """Kills the daemon. In turn: alone, with a worker while no daemon runs, and with the next daemon as soon as it starts."""
        turn = self.ends["killed"] % 3
        victim = self.any_worker() if turn == 1 else (None, None)
        if (pid := self.keeper.present()) and killed(pid):
            self.ends["killed"] += 1
            self.end(*victim)
            if turn == 2:
                self.keeper.until(lambda: self.keeper.present() not in (None, pid), "next daemon")
                self.ends["killed again"] += (second := self.keeper.present()) is not None and killed(second)
            self.daemon_killed = time.monotonic()

    def kill_guard(self):
        apart = time.monotonic() > max(self.guard_killed, self.daemon_killed) + APART
        if apart and not self.under_way() and (pid := self.keeper.guard()) and killed(pid):
            self.guards += 1
            self.guard_killed = time.monotonic()

    def restart_daemon(self):
        self.command("restarted")

    def replace_daemon(self):
        self.command("reexec")

    def command(self, way):
        """Starts a command that ends the daemon's process; other faults happen meanwhile."""
        if time.monotonic() > self.guard_killed + APART:
            self.commands.append(self.keeper.command(way))
            self.ends[way] += 1

    def under_way(self):
        return any(command.poll() is None for command in self.commands)

    def told(self):
        """The ends of the daemon, for readers. The daemon refuses a replacement, for example while a process starts."""
        refused = sum(command.returncode != 0 for command in self.commands)
        return f"{self.ends}, {refused} of the commands refused or cut, {self.guards} guards killed"
