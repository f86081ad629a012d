bind "tcp://127.0.0.1:8084"
rackup "config.ru"

# One process, without puma's own workers: the daemon has the copies.
workers 0
threads 1, 5

# A stop by SIGTERM is no error: puma ends with code 0.
raise_exception_on_sigterm false
