# bash completion for reuseportctl. The words come from the program, and names of services and workers from the daemon.
_reuseportctl() {
    local line=${COMP_LINE:0:COMP_POINT} word reply typed=
    word=${line##*[[:space:]]}
    # To readline a word begins anew at an '@', which belongs to it.
    if [[ $word == *@* && $COMP_WORDBREAKS == *@* ]]; then typed=${word%@*}; fi
    COMPREPLY=()
    # The arguments of this verb are files: without words, readline completes names of files.
    if [[ ${COMP_WORDS[1]} == import ]]; then compopt -o default; fi
    while IFS= read -r reply; do
        COMPREPLY+=("${reply#"$typed"}")
    done < <(reuseportctl __complete "$line" 2>/dev/null)
}
complete -F _reuseportctl reuseportctl
