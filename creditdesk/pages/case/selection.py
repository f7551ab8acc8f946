"""Choices of a case page that its address carries."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Selection:
    """Query parameters of a tab: `show` a part that is otherwise folded away, `unit` of the waterfall,
    `group` whose features are listed, `segment` and `feature` of the peer comparison, `scenario` to fill the
    simulation with, `kind` of the events in the timeline; "" for no choice."""

    show: str = ""
    unit: str = ""
    group: str = ""
    segment: str = ""
    feature: str = ""
    scenario: str = ""
    kind: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        return cls(**{field.name: query.get(field.name, "") for field in fields(cls)})
