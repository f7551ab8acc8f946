"""Limits of a request's size, time and number: the one source for the server, the settings, the API and the
proxy, whose configuration is written from them."""

from typing import Final

MIB: Final = 1024 * 1024

API_PATH: Final = "/api/v1/"
# A thousand raw applications fit; their histories are better sent in smaller batches.
API_LARGEST_BODY: Final = 16 * MIB
# A form with a document of the client, which may be as large.
PAGE_LARGEST_BODY: Final = 8 * MIB
DOCUMENT_LARGEST: Final = 7 * MIB

# Seconds until the head of a request must be there, and its body; a body gets more time as it arrives.
HEAD_SECONDS: Final = 10
BODY_SECONDS: Final = 20
BODY_BYTES_PER_SECOND: Final = 16 * 1024
# Seconds in which a reader must take a part of an answer.
SEND_SECONDS: Final = 20

# What the proxy lets one address ask for, beyond bursts; programs are limited by their key instead.
PAGE_REQUESTS_PER_SECOND: Final = 20
PAGE_BURST: Final = 60
SIGN_IN_REQUESTS_PER_SECOND: Final = 1
SIGN_IN_BURST: Final = 10
# Connections that one address may hold.
CONNECTIONS: Final = 100


def largest_body(path: str) -> int:
    """Bytes that a request to this path may carry."""
    return API_LARGEST_BODY if path.startswith(API_PATH) else PAGE_LARGEST_BODY
