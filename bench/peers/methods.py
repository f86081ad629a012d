"""The daemon in a delegated control group, once for each method. Each worker has a control group with all methods."""
from ..host.cgroup import Delegated
from .reuseportd import Reuseportd


class Preload(Reuseportd):
    name = "method preload"
    settings = "the library only, no BPF programs"
    method = "preload"
    group = None

    def prepare(self):
        # Fails without cgroup v2.
        Delegated().close()

    def service(self):
        return {**super().service(), "reuseport": {"ports": "any", "method": self.method}}

    def arrange(self):
        words, *others = super().arrange()
        self.group = Delegated()
        return self.group.inside(words), *others

    def stop(self):
        super().stop()
        if self.group:
            self.group.close()
            self.group = None


class Auto(Preload):
    name = "method auto"
    settings = "the library, and BPF programs at each worker"
    method = "auto"


class Kernel(Preload):
    name = "method kernel"
    settings = "BPF programs at each worker, no library"
    method = "kernel"


class Seccomp(Preload):
    name = "method seccomp"
    settings = "the daemon answers bind(2) and listen(2)"
    method = "seccomp"
