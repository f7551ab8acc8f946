"""Choices of a case page that its address carries."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Selection:
    """Query parameters of a case page: `show` a part that otherwise follows later, `unit` of the waterfall,
    `group` whose features are listed, `segment` and `feature` of the peer comparison; "" for no choice."""

    show: str = ""
    unit: str = ""
    group: str = ""
    segment: str = ""
    feature: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        return cls(**{field.name: query.get(field.name, "") for field in fields(cls)})
