"""The gunicorn worker: a thread begins with a request that has arrived as a whole.

gunicorn's own threads read head and body themselves, so that as many slow senders as there are threads stop
the server. Here the main loop receives, within limits of time and size, and keeps larger bodies in files.
"""

import contextlib
import selectors
import socket
import time
from functools import partial
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from gunicorn.http import wsgi
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn, ThreadWorker

from creditdesk import limits
from creditdesk.web.arriving_request import ArrivingRequest, Unacceptable
from creditdesk.web.refusal import refusal

RECEIVED_AT_ONCE: Final = 64 * 1024
# Beyond these the requests that have been arriving for longest give way to new ones.
MAX_ARRIVING: Final = 800
MAX_SPOOLED: Final = 256 * limits.MIB
# A refused sender may finish for so long, so that it reads the answer.
LINGER_SECONDS: Final = 5


class _Received(Unreader):  # type: ignore[misc]
    """Reads a request that has arrived; nothing more is read from the socket."""

    def __init__(self, spool: SpooledTemporaryFile[bytes]) -> None:
        super().__init__()
        self.spool = spool

    def chunk(self) -> bytes:
        return self.spool.read(8192)

    def rest(self) -> bytes:
        """What has arrived of the next request."""
        begun: bytes = self.take_buffered()
        return begun + self.spool.read()


class _Response(wsgi.Response):  # type: ignore[misc]
    """Does not say which server it comes from."""

    def default_headers(self) -> list[str]:
        return [header for header in super().default_headers() if not header.startswith("Server:")]


class WholeRequestWorker(ThreadWorker):  # type: ignore[misc]
    def init_process(self) -> None:
        # gunicorn has no setting for it.
        wsgi.Response = _Response
        super().init_process()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # In the order in which they began.
        self._arriving: dict[TConn, ArrivingRequest] = {}
        self._lingering: dict[TConn, float] = {}

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise RuntimeError("TLS belongs to the proxy in front of this server")

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except OSError:
            return
        self.nr_conns += 1
        self._await_request(TConn(self.cfg, client, address, listener.getsockname()), b"")

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The next request of a connection begins."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await_request(conn, b"")

    def _await_request(self, conn: TConn, begun: bytes) -> None:
        if len(self._arriving) >= MAX_ARRIVING or self._spooled() > MAX_SPOOLED:
            self._drop(next(iter(self._arriving)))
        conn.sock.setblocking(False)
        request = ArrivingRequest(time.monotonic())
        self._arriving[conn] = request
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))
        if begun:
            self._take(conn, request, begun)

    def _spooled(self) -> int:
        return sum(request.received for request in self._arriving.values() if request.has_head)

    def _receive(self, conn: TConn, client: socket.socket) -> None:
        request = self._arriving.get(conn)
        if request is None:
            return
        try:
            data = client.recv(RECEIVED_AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if data:
            self._take(conn, request, data)
        else:
            self._drop(conn)

    def _take(self, conn: TConn, request: ArrivingRequest, data: bytes) -> None:
        had_head = request.has_head
        try:
            request.add(data)
        except Unacceptable as error:
            self._refuse(conn, request, error.status)
        except OSError:
            # No room for the body.
            self._refuse(conn, request, HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            if request.is_complete:
                self._stop_receiving(conn)
                conn.data_ready = True
                conn.request = request
                self.enqueue_req(conn)
            elif request.wants_continue and not had_head and request.has_head:
                _send_at_once(conn.sock, b"HTTP/1.1 100 Continue\r\n\r\n")

    def handle(self, conn: TConn) -> Any:
        """Answer the request that has arrived; runs in a thread."""
        request: ArrivingRequest = conn.request
        try:
            conn.init()
            conn.parser.unreader = _Received(request.read_from_start())
            is_reused = super().handle(conn)
            conn.begun = conn.parser.unreader.rest() if is_reused else b""
            return is_reused
        finally:
            request.close()

    def handle_request(self, req: Any, conn: TConn) -> Any:
        # Who does not take the answer gives the thread back too.
        conn.sock.settimeout(limits.SEND_SECONDS)
        return super().handle_request(req, conn)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        if not fs.cancelled() and not fs.exception() and fs.result() and self.alive and conn.begun:
            self._await_request(conn, conn.begun)
        else:
            super().finish_request(conn, fs)

    def murder_keepalived(self) -> None:
        """Called at least once a second: end what has been arriving for too long, too."""
        super().murder_keepalived()
        now = time.monotonic()
        for conn, request in list(self._arriving.items()):
            if request.received == 0 and not self.alive:
                self._drop(conn)
            elif now > request.deadline:
                self._refuse(conn, request, HTTPStatus.REQUEST_TIMEOUT)
        for conn, until in list(self._lingering.items()):
            if now > until or not self.alive:
                self._end_lingering(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(min(timeout, 1.0))

    def _refuse(self, conn: TConn, request: ArrivingRequest, status: HTTPStatus) -> None:
        """Answer, read on for a moment without keeping anything, then close."""
        self._stop_receiving(conn)
        request.close()
        _send_at_once(conn.sock, refusal(status, request.path))
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
            return
        self._lingering[conn] = time.monotonic() + LINGER_SECONDS
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._discard, conn))

    def _discard(self, conn: TConn, client: socket.socket) -> None:
        try:
            if client.recv(RECEIVED_AT_ONCE):
                return
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            pass
        self._end_lingering(conn)

    def _end_lingering(self, conn: TConn) -> None:
        del self._lingering[conn]
        self.poller.unregister(conn.sock)
        self._close(conn)

    def _stop_receiving(self, conn: TConn) -> None:
        del self._arriving[conn]
        self.poller.unregister(conn.sock)

    def _drop(self, conn: TConn) -> None:
        self._arriving[conn].close()
        self._stop_receiving(conn)
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()


def _send_at_once(client: socket.socket, data: bytes) -> None:
    """Send a few bytes without waiting; a socket that cannot take them is of no use any more."""
    with contextlib.suppress(OSError):
        client.send(data)
