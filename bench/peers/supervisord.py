"""supervisord: one process in Python for all."""
from .peer import Peer, debian


class Supervisord(Peer):
    name = "supervisord"
    packages = ["supervisord:supervisor"]
    settings = "`startsecs=0`, `autorestart=true`; restart-all is `supervisorctl restart all`"

    def version(self):
        return debian("supervisor")

    def arrange(self):
        log = self.fleet.log or "AUTO"
        self.write("supervisord.conf", f"""\
[unix_http_server]
file={self.folder}/control.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{self.folder}/control.sock
[supervisord]
nodaemon=true
logfile={self.folder}/supervisord.log
pidfile={self.folder}/supervisord.pid
childlogdir={self.folder}
minfds={8 * self.fleet.count + 1000}
[program:bench]
command={" ".join(self.fleet.command)}
numprocs={self.fleet.count}
process_name=%(program_name)s-%(process_num)d
startsecs=0
autorestart=true
stdout_logfile={log}
stdout_logfile_maxbytes=0
""")
        return ["supervisord", "-c", f"{self.folder}/supervisord.conf"],

    def restarting(self):
        return ["supervisorctl", "-c", f"{self.folder}/supervisord.conf", "restart", "all"],
