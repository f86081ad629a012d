"""Docker, whose containers outlive its daemon with `--live-restore`."""
import os
import signal
import tarfile
import time

from ..host import proc
from ..host.session import Failed
from ..host.watch import Timeout
from .keeper import Mortal

CLIENT = "/usr/bin/docker"
# Below it are the control groups of the containers.
GROUP = "reuseportd-bench-docker"
# The image has no files: the programs of this host are mounted into each container.
FOLDERS = ("usr", "proc", "sys", "dev", "etc", "tmp")
LINKS = {"bin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64"}


class Docker(Mortal):
    name = "Docker"
    packages = ["dockerd:docker.io"]
    settings = ("4 containers under our preload library, with the host's network and `--restart always`; `--live-restore`; "
                "killed, or ended by SIGTERM, and started again")
    reexec = None

    def launch(self):
        # Mounts of the daemon end with this process.
        self.mounts = self.session.launch(["unshare", "--mount", "sleep", "100000"])
        by = time.monotonic() + 10
        while os.readlink(f"/proc/{self.mounts}/ns/mnt") == os.readlink("/proc/self/ns/mnt"):
            if time.monotonic() > by:
                raise Timeout("no mount namespace")
            time.sleep(0.005)
        self.write("daemon.json", "{}")
        pid = self.run()
        self.ask("import", self.image(), "bench")
        options = ["--restart", "always", "--network", "host", "--volume", "/usr:/usr:ro", "--workdir", self.folder]
        options += [word for path in (self.folder, self.out) for word in ("--volume", f"{path}:{path}")]
        options += [word for key, value in self.environment().items() for word in ("--env", f"{key}={value}")]
        for worker in range(self.workers):
            self.ask("run", "--detach", "--name", f"bench{worker}", *options, "bench", *self.words(str(worker)))
        return pid

    def image(self):
        path = f"{self.folder}/image.tar"
        with tarfile.open(path, "w") as tar:
            for name in FOLDERS:
                entry = tarfile.TarInfo(name)
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(entry)
            for name, target in LINKS.items():
                entry = tarfile.TarInfo(name)
                entry.type, entry.linkname = tarfile.SYMTYPE, target
                tar.addfile(entry)
        return path

    def run(self):
        """Starts the daemon; returns its pid when it answers."""
        places = [f"--{key}={self.folder}/{name}" for key, name in (
            ("data-root", "data"), ("exec-root", "exec"), ("pidfile", "pid"), ("config-file", "daemon.json"))]
        pid = self.session.launch(self.net.inside([
            "nsenter", f"--mount=/proc/{self.mounts}/ns/mnt", "dockerd", *places, f"--host=unix://{self.folder}/docker.sock",
            "--live-restore", "--storage-driver=vfs", "--bridge=none", "--iptables=false", "--ip6tables=false",
            f"--cgroup-parent=/{GROUP}"]), log=f"{self.folder}/docker.log")
        self.until(self.answers, "answer of dockerd")
        return pid

    def ask(self, *words):
        return self.session.run([CLIENT, f"--host=unix://{self.folder}/docker.sock", *words])

    def answers(self):
        try:
            self.ask("version")
            return True
        except Failed:
            return False

    def running(self):
        return len(self.ask("ps", "--quiet").split())

    def present(self):
        return self.pid

    def kill(self):
        self.finish(signal.SIGKILL)

    def finish(self, how):
        """Ends dockerd and its containerd. The next dockerd refuses to start while a pid file names an existing process."""
        both = [pid for pid in proc.tree([self.pid]) if proc.comm(pid) in ("dockerd", "containerd")]
        os.kill(self.pid, how)
        self.watch.until_gone(both, 30)
        self.session.reap()

    def revive(self):
        self.pid = self.run()
        self.until(lambda: self.running() == self.workers, "running containers")

    def restarted(self):
        self.finish(signal.SIGTERM)
        self.revive()

    def stop(self):
        if self.pid and self.answers():
            self.ask("rm", "--force", *(f"bench{worker}" for worker in range(self.workers)))
            self.finish(signal.SIGTERM)
        super().stop()
        for folder in os.scandir("/sys/fs/cgroup"):
            if os.path.isdir(f"{folder.path}/{GROUP}"):
                os.rmdir(f"{folder.path}/{GROUP}")
