"""The servers that keepers run."""
from dataclasses import dataclass

HTTP, DNS = 8080, 5300
GO = "go:golang-go"


@dataclass(frozen=True)
class Server:
    """In the command, {folder} is the writable directory with the server's files, and {worker} the copy's number."""
    name: str
    command: list
    files: tuple = ()
    port: int = HTTP
    family: str = "tcp"
    # For build-aux/need.
    package: str = "cc:gcc"
    # True if the preload library cannot be in the program.
    static: bool = False


NODE = Server("node", ["node", "{folder}/serve.js", str(HTTP)], ("serve.js",), package="node:nodejs")
PYTHON = Server("http.server", ["/usr/bin/python3", "{folder}/serve.py", str(HTTP)], ("serve.py",), package="python3:python3")
NGINX = Server("nginx", ["nginx", "-p", "{folder}", "-e", "nginx.err", "-c", "nginx.conf", "-g", "pid nginx-{worker}.pid;"],
               ("nginx.conf",),
               package="nginx:nginx-light")
PLAIN = Server("C, no handler", ["{folder}/http_serve", str(HTTP), "plain"], ("http_serve",))
EXIT = Server("C, exits on TERM", ["{folder}/http_serve", str(HTTP), "exit"], ("http_serve",))
# The server serves one request at a time: a kill ends at most one request, which held.PID names (http_serve.c).
ONE = Server("C, one connection at a time", ["{folder}/http_serve", str(HTTP), "one", "{folder}/held"], ("http_serve",))
PLAIN_STATIC = Server("static C", ["{folder}/http_serve_static", str(HTTP), "plain"], ("http_serve_static",), static=True)
ONE_STATIC = Server("static C, one connection at a time", ["{folder}/http_serve_static", str(HTTP), "one", "{folder}/held"],
                    ("http_serve_static",), static=True)
PLAIN_GO = Server("Go", ["{folder}/http_serve_go", str(HTTP), "many"], ("http_serve_go",), package=GO, static=True)
ONE_GO = Server("Go, one connection at a time", ["{folder}/http_serve_go", str(HTTP), "one", "{folder}/held"],
                ("http_serve_go",), package=GO, static=True)
DNS_C = Server("DNS in C", ["{folder}/udp_serve", str(DNS)], ("udp_serve",), DNS, "udp")
DNSMASQ = Server("dnsmasq", ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=", "--no-resolv",
                             "--no-hosts",
                             f"--port={DNS}", "--listen-address=127.0.0.1", "--bind-interfaces", "--txt-record=bench,yes"],
                 (), DNS, "udp", "dnsmasq:dnsmasq-base")

STATIC = [PLAIN_STATIC, PLAIN_GO]
WEB = [NODE, PYTHON, NGINX, PLAIN, EXIT, *STATIC]
NAMES = [DNS_C, DNSMASQ]
