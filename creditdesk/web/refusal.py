"""The server's answer to a request that does not reach Django."""

import json
from http import HTTPStatus

from creditdesk.limits import API_PATH


def refusal(status: HTTPStatus, path: str) -> bytes:
    """A whole response; application/problem+json below the API, plain text elsewhere."""
    detail = status.description or status.phrase
    if path.startswith(API_PATH):
        problem = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
        media_type, body = "application/problem+json", json.dumps(problem).encode()
    else:
        media_type, body = "text/plain; charset=utf-8", f"{status.phrase}: {detail}\n".encode()
    head = (
        f"HTTP/1.1 {int(status)} {status.phrase}\r\nContent-Type: {media_type}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\nCache-Control: no-store\r\n\r\n"
    )
    return head.encode() + body
