"""A term of the glossary."""

from typing import NamedTuple

from scoring.ml.tables.schema import Text


class Term(NamedTuple):
    """`code` is its anchor on the help page."""

    code: str
    name: Text
    meaning: Text
