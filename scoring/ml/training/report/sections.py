"""Sections of a manifest that every training records, though early releases did not."""

from collections.abc import Iterator
from typing import TypeVar

from scoring.ml.model.manifest_sections import ByPart

Section = TypeVar("Section")


def required(section: Section | None) -> Section:
    """Return the section. Raises ValueError when the manifest does not have it."""
    if section is None:
        raise ValueError("the manifest lacks a section that a training records")
    return section


def parts(section: ByPart[Section] | None) -> Iterator[tuple[str, Section]]:
    """Yield both parts under their stored names."""
    present = required(section)
    yield "oof", present.out_of_fold
    yield "holdout", present.holdout
