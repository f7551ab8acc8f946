"""Writing of a version's folder as a whole: it is there or it is not, whatever interrupts the writer."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_UNFINISHED = "unfinished"


@contextmanager
def unfinished_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside the target, to be renamed when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}.{_UNFINISHED}."
    with _lock(target.parent), TemporaryDirectory(dir=target.parent, prefix=prefix) as beside:
        unfinished = Path(beside) / target.name
        unfinished.mkdir()
        yield unfinished


@contextmanager
def registration_of(target: Path) -> Iterator[None]:
    """Mark a folder as not registered yet, from before it has its name; who is killed leaves the mark."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with _mark_of(target).open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        try:
            yield
        finally:
            _mark_of(target).unlink(missing_ok=True)


def remove_unregistered(target: Path, *, is_registered: bool) -> None:
    """Free the name of a folder whose training was killed before it registered the version."""
    with suppress(FileNotFoundError, BlockingIOError), _mark_of(target).open("r") as mark:
        # Whoever still holds the lock is about to register it.
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not is_registered:
            shutil.rmtree(target, ignore_errors=True)
        _mark_of(target).unlink(missing_ok=True)


def _mark_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.unregistered")


def remove_unfinished(parent: Path) -> None:
    """Remove the unfinished folders of a training that was killed, unless another one writes now."""
    with suppress(FileNotFoundError, BlockingIOError), _lock(parent, wait=False):
        for folder in parent.glob(f".*.{_UNFINISHED}.*"):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _lock(parent: Path, *, wait: bool = True) -> Iterator[None]:
    """Let one training write at a time. Without `wait` raises BlockingIOError when another one does."""
    handle = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
