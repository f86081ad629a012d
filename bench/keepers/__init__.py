"""
Supervisors that keep copies of a server on one port and replace them; one file each. The first is the daemon; the third is
the daemon with the kernel's hash only, and the fourth in a control group, so that its BPF programs can share ports.
"""
from .reuseportd import Classic, Grouped, Reuseportd, Unsteered
from .nginx import Nginx
from .haproxy import Haproxy
from .pm2 import Pm2
from .supervisord import Supervisord
from .systemd import Systemd
from .enduring import ENDURING
from .outliving import OUTLIVING, Stormed

ALL = [Reuseportd, Classic, Unsteered, Grouped, Nginx, Haproxy, Pm2, Supervisord, Systemd]
TRUST = [Reuseportd, Classic]
CHAOS = [Reuseportd, Classic, Grouped, Stormed]
