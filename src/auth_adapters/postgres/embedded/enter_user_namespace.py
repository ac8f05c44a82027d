"""Runs a program in a user namespace of its own, where root is an ordinary user; files stay root's.

A script, not a module to import: only a process with a single thread may enter a user namespace, and a child that
still shares the server's memory must not run Python (`preexec_fn`) while other threads do.
`python -I -S enter_user_namespace.py PROGRAM [ARGUMENT]...`; needs Linux, and Python 3.12 for `os.unshare`.
"""

import os
import sys
from pathlib import Path

_INSIDE = 1000  # any number but root's


def main() -> None:
    """Become the program. Raises: OSError where the kernel or the container denies user namespaces."""
    uid, gid = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")  # the kernel's condition for mapping a group
    Path("/proc/self/uid_map").write_text(f"{_INSIDE} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{_INSIDE} {gid} 1", encoding="ascii")
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 (this is what the script is for)


if __name__ == "__main__":
    main()
