"""Section of a manifest on less discriminatory alternatives: what was tried, and what a person chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.manifest_sections import Scalar

# The version as it would be trained without a choice.
BASELINE: Final = "c0"


@dataclass(frozen=True, slots=True, kw_only=True)
class FairCandidate:
    """A way to train, and what its verdicts cost and whom they accept, out of fold.

    `proxies`: how many of the features that tell most about each attribute it leaves out; `dropped` names all
    that it leaves out; `params` are the settings of the boosters that differ. `gaps`: by attribute, the
    highest acceptance rate of a group less the lowest. Changes are against the first candidate, paired over
    clients. `front`: the attributes for which no candidate has a lower cost and a smaller gap.
    """

    code: str
    uses_age: bool
    proxies: Mapping[str, int]
    dropped: tuple[str, ...]
    params: Mapping[str, Scalar]
    threshold: float
    cost: Estimate
    cost_change: Estimate
    gaps: Mapping[str, Estimate]
    gap_changes: Mapping[str, Estimate]
    front: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FairSearch:
    """Candidates on the same clients and folds; `chosen` by a person, with a `reason`, or empty.

    Age is an input only where a person recorded why: `age_reason`.
    """

    clients: int
    resamples: int
    candidates: tuple[FairCandidate, ...]
    chosen: str = ""
    reason: str = ""
    age_reason: str = ""

    @property
    def attributes(self) -> tuple[str, ...]:
        return tuple(self.candidates[0].gaps)
