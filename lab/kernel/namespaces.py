"""Namespaces without privileges: unshare(2) through libc, devices by iproute2's ip, offloads by the ethtool ioctl."""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess

# include/uapi/linux/sched.h
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

PR_SET_PDEATHSIG = 1  # include/uapi/linux/prctl.h

# include/uapi/linux/sockios.h, ethtool.h: one offload each, set by a struct ethtool_value
SIOCETHTOOL = 0x8946
OFFLOADS = {
    "tx checksum": (0x16, 0x17),
    "tso": (0x1E, 0x1F),
    "gso": (0x23, 0x24),
    "gro": (0x2B, 0x2C),
}

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags):
    if _libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def die_with_parent():
    """However the parent ends. A change of credentials clears it."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def enter_user_namespace():
    """Root of a user namespace of our own; the next fork is process 1 of a process namespace: with it all others end."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER | CLONE_NEWPID)
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"0 {uid} 1")
    write("/proc/self/gid_map", f"0 {gid} 1")
    die_with_parent()  # after the change of credentials, which clears it


def enter_network_namespace():
    unshare(CLONE_NEWNET)


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def ip(*commands):
    """Runs the commands of one `ip -batch`; raises with what ip says."""
    done = subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"ip: {done.stderr.strip()} ({'; '.join(commands)})")


def switch_offloads_off(device):
    """Else one "packet" on the line is up to 64 kB, and its checksum is not there yet. Raises where one stays on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        for name, (get, set_) in OFFLOADS.items():
            _ethtool(handle, device, set_, 0)
            if _ethtool(handle, device, get, 0) != 0:
                raise OSError(f"{name} of {device} cannot be switched off")


def _ethtool(handle, device, command, value):
    argument = ctypes.create_string_buffer(struct.pack("II", command, value))
    request = struct.pack("16sP", device.encode(), ctypes.addressof(argument)).ljust(40, b"\0")
    fcntl.ioctl(handle, SIOCETHTOOL, request)
    return struct.unpack("II", argument.raw[:8])[1]
