"""
Another project's own tests, as workers of the daemon with `debug: true`: with a method of sharing ports, and beside that without
one. A test with another result under the method is run three times more, both ways, alone. If its most frequent results still
differ, that is a failure. The last line has the totals.
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))
from bench.host.cgroup import Delegated  # noqa: E402

SIDES = {"without": ["--without-library"], "with": []}
ROUNDS = 3
UNFINISHED = "unfinished"


class Suite:
    """
    The tests of a project. They are in parts, which run at the same time: test files or packages. The output of a part is
    RESULTS/NAME.out, and RESULTS/NAME.status has its exit status.
    """

    def options(self, parser):
        """Adds the options of the suite."""

    def prepare(self, options):
        """Returns the names of all parts; long ones come first, so that no worker is left alone with one."""
        raise NotImplementedError

    def command(self, name, tests, results):
        """The words that run a part, or only these tests of it. The working directory is `directory`."""
        raise NotImplementedError

    def directory(self, name, results):
        return str(results)

    def outcomes(self, name, results):
        """Test -> result; None if the part was not finished."""
        raise NotImplementedError


class Daemon:
    """
    The built daemon with a service for each side; counts the outcomes of the side with the method, and the ends of workers.
    For the method `kernel` the daemon is in a delegated control group.
    """

    def __init__(self, options, folder, sides, jobs):
        self.outcomes = 0
        self.method = None
        self.ended = 0
        self.wanted = len(sides) * jobs
        config = folder / "services.yaml"
        config.write_text(json.dumps({"services": {side: {
            "command": ["/usr/bin/python3", str(HERE / "take_parts.py"), str(folder / side), str(options.seconds), *SIDES[side]],
            "workers": jobs, "restart": "no", "readiness": {"type": "delay", "delay": "100ms"},
            "reuseport": {"ports": [1], "debug": True, "method": options.method if side == "with" else "preload"},
            "logging": {"rate_limit_burst": 0},
        } for side in sides}}))
        words = [options.out / "bin/reuseportd", "--config", config, "--socket", folder / "control",
                 "--log", "json", "--log-level", "debug"]
        self.group = Delegated() if options.method == "kernel" else None
        self.process = subprocess.Popen(
            self.group.inside(words) if self.group else words,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=sys.stderr)
        self.log = open(folder / "log", "wb")
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.log.write(line)
            record = json.loads(line)
            kind = record.get("REUSEPORT_EVENT")
            if record.get("REUSEPORT_SERVICE") == "with":
                self.outcomes += kind in ("loaded", "bind", "listen", "outcomes_lost")
                self.method = record.get("REUSEPORT_METHOD", self.method)
            self.ended += kind in ("exit", "spawn_error")

    def running(self):
        return self.ended < self.wanted and self.process.poll() is None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.reader.join()
        self.log.close()
        if self.group:
            self.group.close()


class Comparison:
    def __init__(self, suite, options, folder, deadline):
        self.suite, self.options, self.folder, self.deadline = suite, options, folder, deadline

    def run(self, folder, sides, parts, jobs):
        """Runs `NAME -> tests`, of which none means all, on each side; side -> NAME -> test -> result, and the outcomes."""
        for side in sides:
            (folder / side / "tmp").mkdir(parents=True)
            (folder / side / "parts").write_text(json.dumps([
                [name, self.suite.directory(name, folder / side), self.suite.command(name, tests, folder / side)]
                for name, tests in parts.items()]))
        daemon = Daemon(self.options, folder, sides, jobs)
        said = time.monotonic()
        try:
            while daemon.running() and time.monotonic() < self.deadline:
                time.sleep(0.2)
                if time.monotonic() - said > 30:
                    said = time.monotonic()
                    done = ", ".join(f"{len(list((folder / side).glob('*.status')))} {side}" for side in sides)
                    print(f"parts done of {len(parts)}: {done}", flush=True)
        finally:
            daemon.stop()
        if "with" in sides and daemon.method != self.options.method:
            sys.exit(f"the daemon used {daemon.method}, see its log")
        return {side: {name: self.outcomes(folder / side, name) for name in parts} for side in sides}, daemon.outcomes

    def outcomes(self, results, name):
        """Test -> result; the exit status of the part counts as a test, as a crash leaves no other trace."""
        status = results / f"{name}.status"
        ended = status.read_text() if status.exists() else "not run"
        found = self.suite.outcomes(name, results) if ended not in ("not run", "timeout") else None
        return {name: f"{UNFINISHED}: {ended}"} if found is None else {name: ended, **found}

    def run_again(self, suspects):
        """(NAME, test) -> side -> its results, of three runs of the test alone."""
        parts = {name: [test for test in tests if test != name] for name, tests in suspects.items()}
        seen = collections.defaultdict(lambda: {side: [] for side in SIDES})
        for number in range(ROUNDS):
            for side in SIDES:
                results, _ = self.run(self.folder / f"again{number}-{side}", [side], parts, 1)
                for name, tests in suspects.items():
                    for test in tests:
                        seen[name, test][side].append(results[side][name].get(test, "absent"))
        return seen

    def judge(self, results):
        """The number of tests with another result, and of those that still have another one when they run alone."""
        suspects = differing(results)
        for name, tests in suspects.items():
            for test in tests:
                print(f"differs: {test}: {results['without'][name].get(test)} without, "
                      f"{results['with'][name].get(test)} with", flush=True)
        failures = 0
        for (_, test), sides in self.run_again(suspects).items() if suspects else ():
            real = most_frequent(sides["without"]) != most_frequent(sides["with"])
            failures += real
            verdict = "FAILED" if real else "not by the method"
            print(f"{verdict}: {test}: {sides['without']} without, {sides['with']} with", flush=True)
        return sum(map(len, suspects.values())), failures


def differing(results):
    """NAME -> tests of it with another result."""
    found = {}
    for name, plain in results["without"].items():
        loaded = results["with"][name]
        unfinished = any(side[name].startswith(UNFINISHED) for side in (plain, loaded))
        tests = [test for test in ([name] if unfinished else plain | loaded) if plain.get(test) != loaded.get(test)]
        if tests:
            found[name] = tests
    return found


def most_frequent(results):
    return collections.Counter(results).most_common(1)[0][0]


def parse(suite, description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="what was built")
    parser.add_argument("--method", choices=["preload", "kernel", "seccomp"], default="preload")
    parser.add_argument("--jobs", type=int, default=2, help="parts at a time, for each side")
    parser.add_argument("--minutes", type=float, default=90, help="bound of the whole")
    parser.add_argument("--seconds", type=int, default=900, help="bound of a part")
    parser.add_argument("--keep", action="store_true", help="leave results and logs in place, and say where")
    parser.add_argument("parts", nargs="*", help="test files or packages; all of them by default")
    suite.options(parser)
    options = parser.parse_args()
    options.out = options.out.resolve()
    return options


def main(suite, description):
    options = parse(suite, description)
    # The daemon is stopped whichever signal ends this.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    started = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="outsider-"))
    comparison = Comparison(suite, options, folder, started + 60 * options.minutes)
    try:
        names = suite.prepare(options)
        results, told = comparison.run(folder, list(SIDES), {name: [] for name in names}, options.jobs)
        counts = {side: sum(map(len, results[side].values())) - len(names) for side in SIDES}
        differ, failures = comparison.judge(results)
    finally:
        if options.keep:
            print(f"results: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    unfinished = sum(results[side][name][name].startswith(UNFINISHED) for side in SIDES for name in names)
    print(f"{len(names)} parts, {unfinished} unfinished; "
          f"{counts['without']} tests without a method, {counts['with']} with {options.method}; "
          f"{told} outcomes; {differ} results differed, {failures} still do; "
          f"{time.monotonic() - started:.0f} s")
    return 1 if failures or unfinished or not told or not counts["with"] else 0
