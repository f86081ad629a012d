#!/bin/sh
# Instructions that libreuseport.so costs a program, at load and at each bind, beside a stand-in for the published
# library (baseline.c). callgrind counts them, so only in user space; the times include the kernel.
#
#   bench/preload/run.sh [FOLDER]     FOLDER: build directory; a temporary one by default
#   PEER=/a/library.so run.sh         compares with that library instead of the stand-in
#
# Fails if a bind costs more than the baseline's, or a load more than 1.5 times the baseline's.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=${1:-$(mktemp -d)}
[ $# -gt 0 ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
work=$(cd "$work" && pwd)

command -v valgrind >/dev/null || { echo "valgrind is not installed" >&2; exit 2; }
: "${CC:=cc}"

make -s -C "$here/../../src/Preload" OUT="$work"
"$CC" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -o "$work/binds" "$here/binds.c"
# Without avoidable cost: optimised, no canaries, no start files.
"$CC" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -fPIC -shared -nostartfiles -Wl,-z,relro,-z,now \
    -o "$work/baseline.so" "$here/baseline.c"

ours=$work/libreuseport.so
peer=${PEER:-$work/baseline.so}
times=1000

# instructions LIBRARY FAMILY COUNT: of a whole run, with only $environment in the environment
instructions() {
    # shellcheck disable=SC2086  # $environment is a list of words
    env -i PATH="$PATH" $environment ${1:+LD_PRELOAD="$1"} \
            valgrind --tool=callgrind --callgrind-out-file="$work/callgrind.out" "$work/binds" "$2" "$3" \
                >/dev/null 2>"$work/errors" ||
        { cat "$work/errors" >&2; exit 2; }
    awk '/^(summary|totals):/ { print $2; exit }' "$work/callgrind.out"
}

# nanoseconds: of socket, bind and close, without a library, with the baseline, with libreuseport; the best of ten each
nanoseconds() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        for library in none "$peer" "$ours"; do
            preload=$library
            [ "$library" != none ] || preload=
            echo "$library $(env -i PATH="$PATH" ${preload:+LD_PRELOAD="$preload"} "$work/binds" inet 5000 time)"
        done
    done | sort -k1,1 -k2,2n | awk -v peer="$peer" -v ours="$ours" '!seen[$1]++ { best[$1] = $2 }
        END { printf "%d without a library, %d baseline, %d ours\n", best["none"], best[peer], best[ours] }'
}

printf '%-34s %9s %9s %6s   %9s %9s %6s\n' '' 'bind' 'bind' '' 'load' 'load' ''
printf '%-34s %9s %9s %6s   %9s %9s %6s\n' 'instructions' 'baseline' 'ours' 'ratio' 'baseline' 'ours' 'ratio'

status=0
# scenario NAME FAMILY [VARIABLE=VALUE...]
scenario() {
    name=$1 family=$2
    shift 2
    environment=$*

    bare_none=$(instructions "" "$family" 0)
    bare_many=$(instructions "" "$family" $times)
    peer_none=$(instructions "$peer" "$family" 0)
    peer_many=$(instructions "$peer" "$family" $times)
    ours_none=$(instructions "$ours" "$family" 0)
    ours_many=$(instructions "$ours" "$family" $times)

    awk -v name="$name" -v times=$times -v b0="$bare_none" -v b1="$bare_many" -v p0="$peer_none" -v p1="$peer_many" \
        -v o0="$ours_none" -v o1="$ours_many" 'BEGIN {
            bare = b1 - b0
            bind_peer = (p1 - p0 - bare) / times; bind_ours = (o1 - o0 - bare) / times
            load_peer = p0 - b0; load_ours = o0 - b0
            printf "%-34s %9.1f %9.1f %6.2f   %9d %9d %6.2f\n", name, bind_peer, bind_ours, bind_ours / bind_peer,
                load_peer, load_ours, load_ours / load_peer
            exit !(bind_ours <= bind_peer && load_ours <= 1.5 * load_peer)
        }' || status=1
}

scenario 'nothing set' inet
scenario 'nothing set, IPv6' inet6
scenario 'a port' inet LIBREUSEPORT_PORT=17171
scenario 'a port, IPv6' inet6 LIBREUSEPORT_PORT=17171
scenario 'another port' inet LIBREUSEPORT_PORT=1
scenario 'an address' inet LIBREUSEPORT_ADDR=127.77.77.77
scenario 'an address, IPv6' inet6 LIBREUSEPORT_ADDR=::1
scenario 'an address and a port' inet LIBREUSEPORT_ADDR=127.77.77.77 LIBREUSEPORT_PORT=17171
scenario 'another address' inet LIBREUSEPORT_ADDR=127.0.0.1
scenario 'SO_REUSEADDR too' inet SO_REUSEADDR=1
scenario 'SO_REUSEADDR only' inet SO_REUSEADDR=1 SO_REUSEPORT=-1
scenario 'SO_REUSEPORT left' inet SO_REUSEPORT=-1
scenario 'a device' inet SO_BINDTODEVICE=lo

printf '\nnanoseconds of socket, bind, close: '
nanoseconds

[ $status -eq 0 ] || echo 'over the limit: a bind at most the baseline, a load at most 1.5 of it' >&2
exit $status
