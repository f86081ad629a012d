"""The measured supervisors; one file each. The first is the daemon, the second is a loop without a supervisor."""
from .reuseportd import Reuseportd
from .bare import Bare
from .s6 import S6
from .runit import Runit
from .systemd import Systemd
from .supervisord import Supervisord
from .pm2 import Pm2

ALL = [Reuseportd, Bare, S6, Runit, Systemd, Supervisord, Pm2]
