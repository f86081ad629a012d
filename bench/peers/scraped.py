"""The daemon with its port for metrics."""
import json
import socket

from .reuseportd import Reuseportd


class Scraped(Reuseportd):
    name = "reuseportd scraped"
    settings = "`listen`; metrics of 2,000 workers are sums for each service"
    per_worker = False

    def prepare(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def _configure(self, generation):
        self.write("bench.yaml", json.dumps({
            "listen": f"127.0.0.1:{self.port}", "services": {"bench": self.service()},
            **({"metrics_per_worker": True} if self.per_worker else {}),
        }))


class ScrapedPerWorker(Scraped):
    name = "reuseportd per worker"
    settings = "`listen`, `metrics_per_worker: true`: series of each of 2,000 workers"
    per_worker = True
