"""
The measured supervisors; one file each. The first is the daemon, the second is a loop without a supervisor. The rows of METHODS
compare the daemon's methods, and those of SCRAPED its metrics.
"""
from . import methods, scraped
from .reuseportd import Reuseportd
from .bare import Bare
from .s6 import S6
from .runit import Runit
from .systemd import Systemd
from .supervisord import Supervisord
from .pm2 import Pm2

ALL = [Reuseportd, Bare, S6, Runit, Systemd, Supervisord, Pm2]
METHODS = [Bare, methods.Preload, methods.Auto, methods.Kernel, methods.Seccomp]
SCRAPED = [scraped.Scraped, scraped.ScrapedPerWorker]
