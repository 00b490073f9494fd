# Kills the server when the process that started it ends, or when another one does.
#
# Run as: sh -c <this text> <name> <grace period in tenths of a second> <owner> <folder> <server>
#         <its arguments>
#
# This shell becomes the server. Before that it starts a watchdog, which reads from standard input: a
# pipe whose other end only the parent holds. The read ends when the parent closes the pipe or ends,
# even by SIGKILL. If an owner is given, a process id, the watchdog waits for the end of that process
# instead, and then removes the folder. It ends the process group, which is the server and itself. It
# signals the group and no process id, because the group's number cannot be reused while the watchdog
# is in it.
grace=$1
owner=$2
folder=$3
shift 3
exec 3<&0
(
    trap '' HUP INT TERM
    # `sleep` and `rm` are the only commands here that are not built into the shell.
    PATH=/usr/bin:/bin:$PATH
    if [ -n "$owner" ]; then
        while kill -0 "$owner"; do
            sleep 0.2 || sleep 1
        done
        rm -rf "$folder"
    else
        read -r line
    fi
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
