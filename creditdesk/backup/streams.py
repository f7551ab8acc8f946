"""Streams of a backup: compressed with zstd, encrypted where a key is given, digested, in constant memory."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO, Final

import pyarrow

from creditdesk.backup.encryption import SUFFIX, Key, Lock
from creditdesk.backup.manifest import BackupError, StoredFile

BLOCK: Final = 1 << 20
COMPRESSION: Final = "zstd"


class _DigestingFile:
    """A file that knows the digest of what was written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._sha256, self.size = file, hashlib.sha256(), 0

    def write(self, content: bytes) -> int:
        self._sha256.update(content)
        self.size += len(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()

    def stored(self) -> StoredFile:
        return StoredFile(self._sha256.hexdigest(), self.size)


def write_stream(path: Path, produce: Callable[[BinaryIO], object], lock: Lock) -> tuple[str, StoredFile]:
    """Write what `produce` writes to its argument, compressed and encrypted; the file's name and digest."""
    target = path.with_name(path.name + SUFFIX) if lock.recipients else path
    with target.open("xb") as file, _piped(lambda sink: _compress(produce, sink)) as compressed:
        digesting = _DigestingFile(file)
        if lock.recipients:
            lock.encrypt(compressed, digesting)
        else:
            shutil.copyfileobj(compressed, digesting, BLOCK)
        file.flush()
        os.fsync(file.fileno())
    return target.name, digesting.stored()


@contextmanager
def read_stream(path: Path, key: Key | None) -> Iterator[Any]:
    """The content of a file of the backup, decrypted and decompressed while it is read."""
    with path.open("rb") as file:
        if key is None:
            with pyarrow.CompressedInputStream(pyarrow.PythonFile(file, "r"), COMPRESSION) as content:
                yield content
            return
        with (
            _piped(lambda sink: key.decrypt(file, sink)) as compressed,
            pyarrow.CompressedInputStream(pyarrow.PythonFile(compressed, "r"), COMPRESSION) as content,
        ):
            yield content


def check_digest(path: Path, stored: StoredFile) -> None:
    """Raise BackupError for a file that is missing, cut off or altered."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BackupError(f"{path.name} of the backup cannot be read: {error.strerror}") from error
    if (path.stat().st_size, digest) != (stored.size, stored.sha256):
        raise BackupError(f"{path.name} of the backup was cut off or altered: its SHA-256 differs")


def _compress(produce: Callable[[BinaryIO], object], sink: BinaryIO) -> None:
    with pyarrow.CompressedOutputStream(pyarrow.PythonFile(sink, "w"), COMPRESSION) as compressed:
        produce(compressed)


@contextmanager
def _piped(produce: Callable[[BinaryIO], object]) -> Iterator[BinaryIO]:
    """The output of `produce`, which runs in a thread of its own; its failure is raised at the end."""
    readable, writable = os.pipe()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(writable, "wb") as sink:
                produce(sink)
        except BaseException as error:
            failures.append(error)

    thread = Thread(target=run, daemon=True)
    with os.fdopen(readable, "rb") as source:
        thread.start()
        try:
            yield source
        except Exception as error:
            source.close()
            thread.join()
            # The producer of a stream that nobody reads any more fails as well: that is not the reason.
            reasons = [failure for failure in failures if not isinstance(failure, BrokenPipeError)]
            raise (reasons or [error])[0] from error
    thread.join()
    if failures:
        raise failures[0]
