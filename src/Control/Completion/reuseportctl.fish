# fish completion for reuseportctl. The words come from the program, and names of services and workers from the daemon.
function __reuseportctl_words
    reuseportctl __complete (commandline --current-process --cut-at-cursor | string collect) 2>/dev/null
end
complete --command reuseportctl --no-files --arguments '(__reuseportctl_words)'
