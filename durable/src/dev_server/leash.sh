# Run as: sh -c <this text> <name> <tenths of a second to end by itself> <server> <its arguments>
#
# This shell becomes the server. Before, it leaves a keeper behind that waits on standard input, a
# pipe whose other end only the parent holds. That read ends when the parent lets go or dies, in
# whatever way, and the keeper then ends the process group, which is the server and itself. It
# signals the group and never a process id: the group's number cannot be given to a stranger while
# the keeper is in it.
grace=$1
shift
exec 3<&0
(
    trap '' HUP INT TERM
    # `sleep` is the only command here that is not the shell's own.
    PATH=/usr/bin:/bin:$PATH
    read -r line
    if [ "$grace" -gt 0 ]; then
        kill -TERM 0
    fi
    while [ "$grace" -gt 0 ] && kill -0 "$$"; do
        sleep 0.1 || sleep 1
        grace=$((grace - 1))
    done
    kill -KILL 0
) <&3 >/dev/null 2>&1 &
exec "$@" 3<&- </dev/null
