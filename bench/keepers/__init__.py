"""Who keeps copies of a server on one port and replaces them; one file each. The first is ours; the third is the kernel's hash alone."""
from .reuseportd import Classic, Reuseportd, Unsteered
from .nginx import Nginx
from .haproxy import Haproxy
from .pm2 import Pm2
from .supervisord import Supervisord
from .systemd import Systemd

ALL = [Reuseportd, Classic, Unsteered, Nginx, Haproxy, Pm2, Supervisord, Systemd]
