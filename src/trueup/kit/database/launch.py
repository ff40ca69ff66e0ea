"""Becomes the server: a small program that gives up rights, ties itself to its owner and turns into postgres.

Run as `python -I -S launch.py OWNER UID GID PROGRAM ARGUMENT...` (UID and GID "-": stay who you are). It is a
program of its own because a process with threads can't safely run Python between fork and exec.
Knows nothing of trueup; imports the standard library only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Ask the kernel for SIGINT (postgres: fast shutdown) when the owner's thread ends, then exec."""
    owner, uid, gid, *command = sys.argv[1:]
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":  # after setuid, which clears it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() != int(owner):
            sys.exit("the owner was gone before the server started")
    os.execv(command[0], command)  # noqa: S606 - there is no shell, and the program is one that was found


if __name__ == "__main__":
    main()
