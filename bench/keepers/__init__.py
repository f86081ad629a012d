"""
Supervisors that keep copies of a server on one port and replace them; one file each. The first is the daemon; the third is
the daemon with the kernel's hash only.
"""
from .reuseportd import Classic, Reuseportd, Unsteered
from .nginx import Nginx
from .haproxy import Haproxy
from .pm2 import Pm2
from .supervisord import Supervisord
from .systemd import Systemd

ALL = [Reuseportd, Classic, Unsteered, Nginx, Haproxy, Pm2, Supervisord, Systemd]
