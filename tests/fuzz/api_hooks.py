"""Hooks of `make fuzz-api`: what the OpenAPI document cannot say, and nothing else, may refuse valid data."""

import json
import re
from itertools import count
from typing import Any

import schemathesis

NAME = "Idempotency-Key"
# Rows of histories are held against each other: an orphan, a duplicate, another client's row, too many.
ACROSS_ROWS = re.compile(
    r"repeats the .* of an earlier row|no row of bureau has this number|is not the client of the other rows"
    r"|more than \d+ rows"
)
_number = count()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A key that is used for two questions is refused: each valid one is made new, and keeps its length."""
    headers = case.headers or {}
    if key := headers.get(NAME):
        mark = f"{next(_number):08}"
        if isinstance(key, str) and 8 <= len(key) <= 255:
            headers[NAME] = mark + key[8:]


@schemathesis.check
def valid_data_is_taken(context: Any, response: Any, case: Any) -> None:
    """As positive_data_acceptance, but for refusals that concern rows together."""
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive or response.status_code not in {400, 422}:
        return
    problem = json.loads(response.content)
    errors = [error["problem"] for error in problem.get("errors", ())]
    if errors and all(ACROSS_ROWS.search(error) for error in errors):
        return
    if "Idempotency-Key has already been used" in problem["detail"] and len(str(case.headers[NAME])) < 8:
        return
    raise AssertionError(f"valid data was refused: {problem['detail']}")
