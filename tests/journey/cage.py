"""Starts a command that may open no internet socket: the kernel kills it when it tries. Linux, x86-64 or arm64.

Usage: python cage.py PROGRAM ARGUMENT...   A killed process ends by SIGSYS (exit 159 in a shell).
"""

import ctypes
import os
import platform
import struct
import sys

SOCKET = {"x86_64": 41, "aarch64": 198}  # the number of socket(2)
AF_INET, AF_INET6 = 2, 10
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2
LOAD, EQUAL, ANSWER = 0x20, 0x15, 0x06
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
NUMBER_AT, FAMILY_AT = 0, 16  # in struct seccomp_data: the call's number, its first argument


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def close_network() -> None:
    """From now on socket(AF_INET or AF_INET6, ...) kills this process and its children; raises OSError."""
    steps = [
        (LOAD, 0, 0, NUMBER_AT),
        (EQUAL, 0, 4, SOCKET[platform.machine()]),
        (LOAD, 0, 0, FAMILY_AT),
        (EQUAL, 1, 0, AF_INET),
        (EQUAL, 0, 1, AF_INET6),
        (ANSWER, 0, 0, KILL_PROCESS),
        (ANSWER, 0, 0, ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = Program(len(steps), ctypes.cast(code, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    done = [
        libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0),
        libc.prctl(SECCOMP, FILTER, ctypes.byref(program), 0, 0),
    ]
    if any(done):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter")


if __name__ == "__main__":
    close_network()
    os.execv(sys.argv[1], sys.argv[1:])
