# Kills the server when the process that started it ends.
#
# Run as: sh -c <this text> <name> <grace period in tenths of a second> <server> <its arguments>
#
# This shell becomes the server. Before that it starts a watchdog, which reads from standard input: a
# pipe whose other end only the parent holds. The read ends when the parent closes the pipe or ends,
# even by SIGKILL. The watchdog then ends the process group, which is the server and itself. It
# signals the group and no process id, because the group's number cannot be reused while the watchdog
# is in it.
grace=$1
shift
exec 3<&0
(
    trap '' HUP INT TERM
    # `sleep` is the only command here that is not built into the shell.
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
