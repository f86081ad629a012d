"""supervisord: one Python process for all workers."""
from ..measured import debian
from .peer import Peer


CONFIGURATION = """\
[unix_http_server]
file={folder}/control.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{folder}/control.sock
[supervisord]
nodaemon=true
logfile={folder}/supervisord.log
pidfile={folder}/supervisord.pid
childlogdir={folder}
minfds={minfds}
[program:bench]
startsecs=0
autorestart=true
{program}
"""


def configuration(folder, program, minfds=1024):
    """program: further keys of the program. 1024 is supervisord's default of minfds."""
    lines = "\n".join(f"{key}={value}" for key, value in program.items())
    return CONFIGURATION.format(folder=folder, minfds=minfds, program=lines)


class Supervisord(Peer):
    name = "supervisord"
    packages = ["supervisord:supervisor"]
    settings = "`startsecs=0`, `autorestart=true`; restart-all is `supervisorctl restart all`"

    def version(self):
        return debian("supervisor")

    def arrange(self):
        self.write("supervisord.conf", configuration(self.folder, {
            "command": " ".join(self.fleet.command),
            "numprocs": self.fleet.count,
            "process_name": "%(program_name)s-%(process_num)d",
            "stdout_logfile": self.fleet.log or "AUTO",
            "stdout_logfile_maxbytes": 0,
        }, minfds=8 * self.fleet.count + 1000))
        return ["supervisord", "-c", f"{self.folder}/supervisord.conf"],

    def restarting(self):
        return ["supervisorctl", "-c", f"{self.folder}/supervisord.conf", "restart", "all"],
