"""Scan a file for viruses by clamd, where one is configured (`CLAMD_ADDRESS`)."""

import logging
import socket
import struct
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

logger = logging.getLogger(__name__)
SECONDS: Final = 20
CHUNK: Final = 256 * 1024


class ScannerUnreachable(Exception):
    """A scanner is configured and gives no answer: nothing may be taken unscanned."""


def find_virus(content: bytes) -> str:
    """Return the name of the virus that clamd finds, "" for none. Raises ScannerUnreachable.

    Without `CLAMD_ADDRESS` nothing is scanned. The protocol is clamd's INSTREAM: chunks with their length as
    four bytes, a length of zero at the end (clamd(8)).
    """
    if not settings.CLAMD_ADDRESS:
        return ""
    try:
        with _connection(settings.CLAMD_ADDRESS) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
            answer = _read(connection)
    except OSError as error:
        logger.error("clamd at %s: %s", settings.CLAMD_ADDRESS, error)
        raise ScannerUnreachable from error
    if answer == "stream: OK":
        return ""
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    logger.error("clamd at %s answers %r", settings.CLAMD_ADDRESS, answer[:200])
    raise ScannerUnreachable


def address_of(address: str) -> tuple[str, int]:
    """Return host and port of an address, ("", 0) for a socket file or none. Raises ImproperlyConfigured."""
    if not address or address.startswith("/"):
        return "", 0
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal()):
        raise ImproperlyConfigured(f"CLAMD_ADDRESS: {address!r} is neither a socket file nor HOST:PORT")
    return host, int(port)


def _connection(address: str) -> socket.socket:
    """Connect to a socket file, or to HOST:PORT."""
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        try:
            connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection(address_of(address), timeout=SECONDS)


def _read(connection: socket.socket) -> str:
    parts = []
    while part := connection.recv(4096):
        parts.append(part)
        if part.endswith(b"\0"):
            break
    return b"".join(parts).rstrip(b"\0\n").decode("utf-8", "replace")
