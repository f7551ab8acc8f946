"""A request while it arrives: its bytes, how many are missing, until when they must be there."""

from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Final

from creditdesk import limits

MAX_HEAD: Final = 64 * 1024
# A larger request waits in a file.
KEPT_IN_MEMORY: Final = 64 * 1024


class Unacceptable(Exception):
    """This request is refused before it has arrived."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class ArrivingRequest:
    """Finds the end of a request by its Content-Length. gunicorn parses it anew, and its reading counts."""

    def __init__(self, now: float) -> None:
        self.received = 0
        self.path = ""
        self.wants_continue = False
        self._head: bytearray | None = bytearray()
        self._size = 0
        self._started_at = now
        self._spool = SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115

    @property
    def is_complete(self) -> bool:
        return self._head is None and self.received >= self._size

    @property
    def has_head(self) -> bool:
        return self._head is None

    @property
    def deadline(self) -> float:
        if self._head is not None:
            return self._started_at + limits.HEAD_SECONDS
        return self._started_at + limits.BODY_SECONDS + self.received / limits.BODY_BYTES_PER_SECOND

    def add(self, data: bytes) -> None:
        """Take in what has arrived. Raise Unacceptable once it is clear that the rest is not wanted."""
        self.received += len(data)
        if self._head is None:
            self._spool.write(data)
            return
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            if len(self._head) > MAX_HEAD:
                raise Unacceptable(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        self._begin_body(bytes(self._head[:end]), bytes(self._head[end + 4 :]))

    def _begin_body(self, head: bytes, rest: bytes) -> None:
        lines = head.split(b"\r\n")
        self.path = _path(lines[0])
        length, head_lines = b"0", lines[:1]
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            match name.strip().lower():
                case b"content-length":
                    length = value.strip()
                case b"transfer-encoding":
                    raise Unacceptable(HTTPStatus.LENGTH_REQUIRED)
                case b"expect":
                    # Answered here: gunicorn sees the request when there is nothing to wait for.
                    self.wants_continue = value.strip().lower() == b"100-continue"
                    continue
            head_lines.append(line)
        if not (length.isdigit() and len(length) < 20):
            raise Unacceptable(HTTPStatus.BAD_REQUEST)
        if int(length) > limits.largest_body(self.path):
            raise Unacceptable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        start = b"\r\n".join(head_lines) + b"\r\n\r\n"
        self._head = None
        self._size = len(start) + int(length)
        self.received = len(start) + len(rest)
        self._spool.write(start)
        self._spool.write(rest)

    def read_from_start(self) -> SpooledTemporaryFile[bytes]:
        self._spool.seek(0)
        return self._spool

    def close(self) -> None:
        self._spool.close()


def _path(request_line: bytes) -> str:
    """The path that the request asks for, without its query; "" when the line makes no sense."""
    parts = request_line.split(b" ")
    return parts[1].partition(b"?")[0].decode("latin-1") if len(parts) == 3 else ""
