"""Removal of a working folder when the process that works in it ends, also when it is killed."""

import subprocess
import weakref
from tempfile import TemporaryDirectory


def remove_with_this_process(folder: TemporaryDirectory[str]) -> None:
    """Start a shell that waits for the end of this process, or of the folder, and then removes it.

    No handler runs in a process that is killed, but the system closes its pipes. The shell has a session of
    its own: what is sent to the process group does not reach it.
    """
    remover = subprocess.Popen(
        ["/bin/sh", "-c", 'cat >/dev/null; rm -rf -- "$0"', folder.name],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    weakref.finalize(folder, _end, remover)


def _end(remover: subprocess.Popen[bytes]) -> None:
    if remover.stdin:
        remover.stdin.close()
    remover.wait()
