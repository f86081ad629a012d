"""The daemon measured from outside, by its own json log and by /proc. Each figure is the median of several rounds."""
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from datetime import datetime

OUT, WORK = sys.argv[1:3]
ROUNDS = 5


class Daemon:
    def __init__(self, config, log=subprocess.PIPE):
        path = os.path.join(WORK, "bench.yaml")
        with open(path, "w") as file:
            file.write(config)
        self.started = time.time()
        self.process = subprocess.Popen(
            [f"{OUT}/bin/reuseportd", "--config", path, "--log", "json", "--socket", f"{WORK}/control.sock"], stdout=log)

    def event(self):
        return json.loads(self.process.stdout.readline())

    def wait_for(self, kind, seen=lambda event: None):
        while True:
            event = self.event()
            seen(event)
            if event.get("REUSEPORT_EVENT") == kind:
                return event

    def memory(self, field):
        with open(f"/proc/{self.process.pid}/smaps_rollup") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(field)) / 1024

    def peak(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024

    def cpu(self):
        """Seconds of all threads; schedstat counts nanoseconds, where stat counts ticks of a hundredth of a second."""
        total = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def stop(self):
        self.process.terminate()
        if self.process.stdout:
            self.process.stdout.read()
        self.process.wait()


def stamp(event):
    return datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00")).timestamp()


def row(what, value, unit, beside=""):
    print(f"{what:<44}{value:>10.2f} {unit:<6}{beside}", flush=True)


SLEEPERS = """
services:
  sleepers:
    command: [sleep, "1000"]
    workers: %d
    readiness: { type: delay, delay: 0s }
    reuseport: { ports: any }
"""

HELLO = """
services:
  web:
    command: [%s/testworkers/hello, "18099"]
    workers: 100
    reuseport: { ports: [18099] }
"""

FLOOD = """
services:
  flood:
    command: [%s/testworkers/spew, "2000000", "100"]
    readiness: { type: delay, delay: 0s }
    reuseport: { ports: any }
    restart: "no"
    logging: { rate_limit_burst: 0 }
"""


FILE = FLOOD + """    stdout: file:%s/flood.log
"""

# Each line begins with its number.
LAST_LINE = b'"MESSAGE":"1999999'


def tail(path):
    with open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - 4096))
        return file.read()


def await_line(path, text):
    """The event in whose line the text stands, once it is at the end of a log."""
    while True:
        for line in tail(path).splitlines():
            if text in line and line.endswith(b"}"):
                return json.loads(line)
        time.sleep(0.01)


def workers_up():
    ours, bare, memory, idle = [], [], [], []
    for _ in range(ROUNDS):
        bare.append(float(subprocess.check_output([f"{WORK}/spawnloop", "500"])))
        # Into a file: a reader of the log would take its part of the processors from what is measured.
        with open(f"{WORK}/up.json", "wb") as log:
            daemon = Daemon(SLEEPERS % 500, log)
        ours.append(stamp(await_line(f"{WORK}/up.json", b'"started"')) - daemon.started)
        memory.append(daemon.memory("Pss:"))
        if not idle:
            before = daemon.cpu()
            time.sleep(20)
            idle.append((daemon.cpu() - before) / 20 * 100)
        daemon.stop()
    loop, up = statistics.median(bare), statistics.median(ours)
    row("500 workers: exec of the daemon to all ready", up * 1000, "ms", f"{up / loop:.2f} x a bare posix_spawn loop ({loop * 1000:.0f} ms)")
    row("500 workers: memory of the daemon (PSS)", statistics.median(memory), "MiB")
    row("500 workers: idle CPU over 20 s", idle[0], "%")


def replacement():
    daemon = Daemon(HELLO % OUT)
    pids = {}

    def note(event):
        if event.get("REUSEPORT_EVENT") == "spawn":
            pids[event["REUSEPORT_WORKER"]] = event["REUSEPORT_PID"]

    daemon.wait_for("started", note)
    # A process that was ready for over a second is replaced at once.
    time.sleep(1.5)
    spawned, ready = [], []
    for round_ in range(50):
        worker = round_ * 7 % 100
        killed = time.time()
        os.kill(pids[worker], signal.SIGKILL)
        spawned.append((stamp(daemon.wait_for("spawn", note)) - killed) * 1000)
        ready.append((stamp(daemon.wait_for("ready")) - killed) * 1000)
    daemon.stop()
    row("100 workers: kill -9 to new process, median", statistics.median(spawned), "ms", f"max {max(spawned):.2f}")
    row("100 workers: kill -9 to listening again, median", statistics.median(ready), "ms", f"max {max(ready):.2f}")


def flood():
    rates, peaks = [], []
    for _ in range(ROUNDS):
        path = f"{WORK}/flood.json"
        with open(path, "wb") as log:
            daemon = Daemon(FLOOD % OUT, log)
            # The worker's end may be logged ahead of its last lines, which are still in the pipe.
            while LAST_LINE not in tail(path):
                time.sleep(0.02)
            peaks.append(daemon.peak())
            daemon.stop()
        lines, events, last = 0, [], b""
        with open(path, "rb") as file:
            for line in file:
                if b'"REUSEPORT_STREAM"' in line:
                    lines += 1
                    last = line
                else:
                    events.append(json.loads(line))
        assert lines == 2_000_000, f"{lines} of 2000000 lines arrived"
        at = {event["REUSEPORT_EVENT"]: stamp(event) for event in events}
        rates.append(200 / (stamp(json.loads(last)) - at["spawn"]))
        os.unlink(path)
    row("2M lines of 100 bytes, json log to a file", statistics.median(rates), "MB/s", "payload; none lost")
    row("  peak memory of the daemon", max(peaks), "MiB")


def file_flood():
    """The clock stops at the file's last change, which the kernel keeps: looking on would take from what is measured."""
    rates, peaks = [], []
    path = f"{WORK}/flood.log"
    for _ in range(ROUNDS):
        with open(f"{WORK}/file.json", "wb") as log:
            daemon = Daemon(FILE % (OUT, WORK), log)
            while not os.path.exists(path) or os.path.getsize(path) < 2_000_000 * 101:
                time.sleep(0.02)
            peaks.append(daemon.peak())
            daemon.stop()
        with open(path, "rb") as file:
            lines = sum(1 for _ in file)
        assert lines == 2_000_000, f"{lines} of 2000000 lines arrived"
        with open(f"{WORK}/file.json", "rb") as file:
            events = [json.loads(line) for line in file]
        started = next(stamp(event) for event in events if event["REUSEPORT_EVENT"] == "spawn")
        rates.append(200 / (os.stat(path).st_mtime - started))
        os.unlink(path)
    row("2M lines of 100 bytes, stdout: file:", statistics.median(rates), "MB/s", "payload; none lost")
    row("  peak memory of the daemon", max(peaks), "MiB")


workers_up()
replacement()
flood()
file_flood()
