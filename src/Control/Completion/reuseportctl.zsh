#compdef reuseportctl
# zsh completion for reuseportctl. The words come from the program, and names of services and workers from the daemon.
_reuseportctl() {
    local line="${(j: :)words[1,CURRENT-1]} $PREFIX"
    local -a replies
    replies=("${(@f)$(reuseportctl __complete "$line" 2>/dev/null)}")
    compadd -Q -a replies
    # The arguments of this verb are files.
    if [[ $words[2] == import && $PREFIX != -* ]]; then _files; fi
}
if [ "$funcstack[1]" = _reuseportctl ]; then _reuseportctl "$@"; else compdef _reuseportctl reuseportctl; fi
