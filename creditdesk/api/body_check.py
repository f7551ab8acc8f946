"""Limits of a JSON body, counted before it is parsed: a parser would build everything first."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from creditdesk.api.problems import Problem
from creditdesk.api.request_schemas import FIELD_NAMES

# A batch nests batch, items, item, history, table, row.
MAX_DEPTH: Final = 12
# The rows of the largest history that one client may send; a thousand applications have 122,000.
MAX_VALUES: Final = 400_000
# The application table has 122 columns.
MAX_FIELDS: Final = 250
# A few wrong names are reported by field; more than these are no mistake in a name.
MAX_UNKNOWN_FIELDS: Final = 1_000
# Bytes of a name, its quotation marks, and spaces behind it.
MAX_NAME: Final = 1_000
LONG_TEXT: Final = b'""'
# A body of this size cannot hold enough to matter.
SMALL: Final = 16 * 1024

# A string, with the colon behind it when it names a field; or a bracket. An open string ends with the body.
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)(\s*+:)?|[{}\[\]]', re.DOTALL)
_KNOWN_FIELDS: Final = frozenset(f'"{name}"'.encode() for name in FIELD_NAMES)


def check_body(body: bytes) -> None:
    """Raise Problem 413 or 422 for a body that costs more to read than any request of this API."""
    if len(body) <= SMALL:
        return
    quoted = body.count(b'"') // 4
    if max(body.count(b","), body.count(b":"), quoted) > MAX_VALUES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body has more than {MAX_VALUES:,} values.")
    unknown = 0
    for field in _fields(body):
        unknown += field not in _KNOWN_FIELDS
        if unknown > MAX_UNKNOWN_FIELDS:
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"The body has more than {MAX_UNKNOWN_FIELDS:,} fields that the API does not know.",
            )


def _fields(body: bytes) -> Iterator[bytes]:
    """Yield the name of every field, in quotation marks; raise Problem 422 for objects that are too large or
    too deep."""
    counts: list[int] = []
    for token in _TOKEN.finditer(body):
        # A long text is not copied: it names no field.
        text = token[0] if token.end() - token.start() < MAX_NAME else LONG_TEXT
        if text in b"{[":
            counts.append(0)
            if len(counts) > MAX_DEPTH:
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"The body nests deeper than {MAX_DEPTH}.")
        elif text in b"}]":
            if counts:
                counts.pop()
        elif token[1] is not None and counts:
            counts[-1] += 1
            if counts[-1] > MAX_FIELDS:
                raise Problem(
                    HTTPStatus.UNPROCESSABLE_ENTITY, f"An object has more than {MAX_FIELDS} fields."
                )
            yield text[: -len(token[1])] if text is not LONG_TEXT else text
