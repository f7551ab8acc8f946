"""Newest assessments of cases as columns: one query, read into NumPy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from threading import Lock
from typing import Any, Final, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import Case, Count, F, FloatField, Max, Q, QuerySet, SmallIntegerField, Value, When
from django.db.models.functions import Cast
from numpy.typing import NDArray

from accounts.audit import Action
from accounts.models import AuditEvent
from creditdesk.cases.budgets import outcomes_without_rule
from creditdesk.cases.days import midnight
from creditdesk.models import Assessment, Withdrawal
from scoring.ml.features.catalogue import CRITICAL
from scoring.ml.metrics.policy_comparison import AFFORDABLE, UNAFFORDABLE, UNKNOWN, ScoredCases
from scoring.ml.tables.application import CONTRACTS, SEXES
from scoring.models import Activation

MAX_CASES: Final = 1_000_000
# Read again with what is new: an assessment of an earlier key can be committed after one of a later key.
OVERLAP: Final = 1_000
_KEPT_READS: Final = 2
_ROWS_AT_ONCE: Final = 1_000
_CRITICAL: Final = frozenset(CRITICAL)
_AFFORDABILITY: Final = {"met": AFFORDABLE, "not_met": UNAFFORDABLE}
# One row of the query, in the order of its columns.
_QUERIED: Final = np.dtype(
    [
        ("key", np.int64),
        ("case", np.int64),
        ("probability", np.float64),
        ("credit", np.float64),
        ("lacks_critical", np.bool_),
        ("affordability", np.int64),
        ("contract_type", np.int64),
        ("sex", np.int64),
    ]
)
_ROW: Final = np.dtype([*_QUERIED.descr, ("lowest", np.float64), ("highest", np.float64)])
Rows = NDArray[np.void]


class Selection(NamedTuple):
    """The cases to look at: those assessed last, and within these days where they are given."""

    last: int = 10_000
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Codes of n cases, (n,), and the text of each code."""

    codes: NDArray[np.int64]
    texts: tuple[str, ...]


@dataclass(eq=False)
class ScoredColumns:
    """n cases, the newest assessment of each: one row of `rows`, (n,), the newest first."""

    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def keys(self) -> NDArray[np.int64]:
        """Those of the assessments, (n,)."""
        keys: NDArray[np.int64] = self.rows["key"]
        return keys

    @cached_property
    def cases(self) -> ScoredCases:
        # Copies without gaps: NumPy goes through them several times faster.
        return ScoredCases(
            *(np.ascontiguousarray(self.rows[name]) for name in ScoredCases.__dataclass_fields__)
        )

    @cached_property
    def contract_type(self) -> Labels:
        return Labels(np.ascontiguousarray(self.rows["contract_type"]), _texts(CONTRACTS))

    @cached_property
    def sex(self) -> Labels:
        return Labels(np.ascontiguousarray(self.rows["sex"]), _texts(SEXES))


class _Stamp(NamedTuple):
    """What was stored when the rows were read: the newest of three kinds, and the withdrawals in force.

    An import replaces amount and sex of cases that are assessed already; a correction is assessed at once.
    """

    newest: int
    withdrawn: int
    in_force: int
    imported: int


_reads: dict[Selection, tuple[_Stamp, Rows]] = {}
_lock: Final = Lock()


def scored_columns(selection: Selection) -> ScoredColumns:
    """Read the columns, or complete those of an earlier read by the cases that were assessed since.

    A withdrawal, its end or an import makes an earlier read worthless.
    """
    with _lock:
        stamp, read = _stamp(), _reads.pop(selection, None)
        if read is None or read[0][1:] != stamp[1:]:
            rows = _read(_assessments(selection), selection.last)
        else:
            rows = read[1] if read[0] == stamp else _completed(selection, *read)
        while len(_reads) >= _KEPT_READS:
            del _reads[next(iter(_reads))]
        _reads[selection] = stamp, rows
    return ScoredColumns(rows)


def model_versions(columns: ScoredColumns) -> dict[int, str]:
    """Name of the model version by the key of each assessment: for an export, which names it in each row."""
    if not len(columns):
        return {}
    scored = Assessment.objects.filter(pk__gte=int(columns.keys.min()), case__latest_assessment=F("pk"))
    return dict(scored.values_list("pk", "model_version"))


def versions_in_use(columns: ScoredColumns) -> int:
    """How many model versions were in use from the first of these assessments to the last."""
    if not len(columns):
        return 0
    ends = int(columns.keys.min()), int(columns.keys.max())
    first, last = (Assessment.objects.values_list("assessed_at", flat=True).get(pk=key) for key in ends)
    later = Activation.objects.filter(activated_at__gt=first, activated_at__lte=last)
    versions = set(later.values_list("version", flat=True))
    if before := Activation.objects.as_of(first):
        versions.add(before.version_id)
    return len(versions)


def forget() -> None:
    """Drop what was read."""
    _reads.clear()


def _stamp() -> _Stamp:
    newest = Assessment.objects.aggregate(newest=Max("pk"))["newest"] or 0
    last = Withdrawal.objects.aggregate(newest=Max("pk"), count=Count("pk", filter=Q(reopened_at=None)))
    imports = AuditEvent.objects.filter(action=Action.IMPORT).aggregate(newest=Max("pk"))["newest"] or 0
    return _Stamp(newest, last["newest"] or 0, last["count"], imports)


def _completed(selection: Selection, stamp: _Stamp, rows: Rows) -> Rows:
    """The rows of an earlier read, with the newest assessments in place of older ones of the same cases."""
    first = stamp.newest - OVERLAP
    recent = Assessment.objects.filter(pk__gt=first, case__isnull=False)
    assessed_again = np.fromiter(recent.values_list("case", flat=True).distinct(), dtype=np.int64)
    new = _read(_assessments(selection).filter(pk__gt=first), selection.last)
    unchanged = rows[(rows["key"] <= first) & ~np.isin(rows["case"], assessed_again)]
    completed = np.concatenate([new, unchanged])[: selection.last]
    # Cases beyond the last of the selection would take the places of those that fell out.
    return completed if len(completed) >= len(rows) else _read(_assessments(selection), selection.last)


def _read(assessments: QuerySet[Assessment, tuple[Any, ...]], last: int) -> Rows:
    # The rows as the database gives them: building Python values of each took two thirds of the time. By
    # the thousand, since 300,000 tuples at once leave the processor's cache and wake the garbage collector.
    sql, parameters = assessments[: min(last, MAX_CASES)].query.sql_with_params()
    parts = [np.empty(0, dtype=_QUERIED)]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            parts.append(np.array(rows, dtype=_QUERIED))
    return _with_budgets(_with_ranges(np.concatenate(parts)))


def _with_ranges(queried: Rows) -> Rows:
    """The rows with the range of each probability over its missing fields: one more query, of the few
    assessments that lack one. Without a critical field among them, the terms say whether it is incomplete.
    """
    rows = np.empty(len(queried), dtype=_ROW)
    for name in _QUERIED.names or ():
        rows[name] = queried[name]
    rows["lowest"] = rows["highest"] = rows["probability"]
    if not len(rows):
        return rows
    lacking = Assessment.objects.filter(completion__isnull=False, pk__gte=int(rows["key"].min())).order_by()
    read = list(lacking.values_list("pk", "completion", "missing"))
    places = {key: place for place, key in enumerate(rows["key"].tolist())} if read else {}
    for key, completion, missing in read:
        place = places.get(key)
        if completion and place is not None:
            rows["lowest"][place], rows["highest"][place] = completion["low"], completion["high"]
            rows["lacks_critical"][place] = not _CRITICAL.isdisjoint(missing)
    return rows


def _with_budgets(rows: Rows) -> Rows:
    """The rows with the budgets of charges that were declared under a policy without a rule: as a rule would
    judge them from its publication on."""
    if not len(rows):
        return rows
    judged = dict(outcomes_without_rule(int(rows["key"].min())))
    for place in np.flatnonzero(np.isin(rows["key"], list(judged))):
        rows["affordability"][place] = _AFFORDABILITY.get(judged[int(rows["key"][place])], UNKNOWN)
    return rows


def _assessments(selection: Selection) -> QuerySet[Assessment, tuple[Any, ...]]:
    """Newest assessment of each case that a model gave a probability, the newest first.

    A client who has withdrawn is neither accepted nor refused by any terms.
    """
    scored = Assessment.objects.filter(
        case__latest_assessment=F("pk"), probability__isnull=False, case__isnull=False
    ).exclude(case__in=Withdrawal.objects.in_force().values("case"))
    if selection.first_day:
        scored = scored.filter(assessed_at__gte=midnight(selection.first_day))
    if selection.last_day:
        scored = scored.filter(assessed_at__lt=midnight(selection.last_day) + timedelta(days=1))
    # "missing:" of the release before the rule of completeness had a number.
    incomplete = Q(refer_reason__startswith="incomplete:") | Q(refer_reason__startswith="missing:")
    return scored.order_by("-pk").values_list(
        "pk",
        "case",
        "probability",
        Cast("case__amount_credit", FloatField()),
        Case(When(incomplete, then=1), default=0, output_field=SmallIntegerField()),
        _code("affordability_outcome", _AFFORDABILITY, UNKNOWN),
        _code("case__contract_type", _codes(CONTRACTS)),
        _code("case__monitoring__sex", _codes(SEXES)),
    )


def _code(column: str, codes: dict[str, int], other: int = 0) -> Case:
    """The code of a text: a small number costs a third of what the text of each row would."""
    cases = (When(**{column: text}, then=Value(code)) for text, code in codes.items())
    return Case(*cases, default=other, output_field=SmallIntegerField())


def _codes(texts: Iterable[str]) -> dict[str, int]:
    """From 1 on; 0 is any other text, or none."""
    return {text: code for code, text in enumerate(texts, start=1)}


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return "", *texts
