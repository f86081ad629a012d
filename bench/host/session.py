"""The resources of one run: a directory, and every process that it started, including orphans."""
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time

from . import proc

PR_SET_CHILD_SUBREAPER = 36


class Failed(subprocess.CalledProcessError):
    """A failed command, with its output."""

    def __str__(self):
        return f"{super().__str__()} {' '.join(self.stderr.split())[-500:]}".rstrip()


class Session:
    def __init__(self):
        # Daemonized and orphaned processes become children of this process, which can find and end them.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.folder = tempfile.mkdtemp(prefix="bench-")
        self.staying = set()
        self._programs = 0

    def fresh(self):
        """An empty directory."""
        return tempfile.mkdtemp(dir=self.folder)

    def program(self, source):
        """A copy of a program with a unique name, which identifies its processes on this machine."""
        self._programs += 1
        path = os.path.join(self.folder, f"w{os.getpid()}-{self._programs}")
        shutil.copy(source, path)
        return path

    def launch(self, argv, environment=None, log=None):
        """Starts a process in its own session; returns its pid. Its output goes to a file."""
        path = shutil.which(argv[0]) or argv[0]
        log = log or os.path.join(self.folder, "output")
        return os.posix_spawn(path, argv, {**os.environ, **(environment or {})}, setsid=True, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ])

    @staticmethod
    def run(argv, **options):
        ran = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
        if ran.returncode != 0:
            raise Failed(ran.returncode, argv, ran.stdout, ran.stderr)
        return ran.stdout

    def end_all(self):
        """Ends all started processes and their descendants, except those that stay for later rounds."""
        while ahead := proc.tree([os.getpid()]) - proc.tree(self.staying) - {os.getpid()}:
            for pid in ahead:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.reap()
            time.sleep(0.01)

    @staticmethod
    def reap():
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass

    def close(self):
        self.staying.clear()
        self.end_all()
        shutil.rmtree(self.folder, ignore_errors=True)
