"""Newest assessments of cases as columns: one query, read into NumPy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, FloatField, Max, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from numpy.typing import NDArray

from creditdesk.models import Assessment, Withdrawal
from scoring.ml.metrics.policy_comparison import AFFORDABLE, UNAFFORDABLE, UNKNOWN, ScoredCases

MAX_CASES: Final = 1_000_000
_AFFORDABILITY: Final = {"met": AFFORDABLE, "not_met": UNAFFORDABLE}


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


@dataclass(frozen=True, slots=True, eq=False)
class ScoredColumns:
    """n cases, the newest assessment of each; `keys` are those of the assessments, (n,)."""

    keys: NDArray[np.int64]
    cases: ScoredCases
    contract_type: Labels
    sex: Labels
    version: Labels

    def __len__(self) -> int:
        return len(self.keys)


def scored_columns(selection: Selection) -> ScoredColumns:
    """Read the columns, or take those of the last read while no case was assessed or withdrawn since."""
    newest = Assessment.objects.aggregate(newest=Max("pk"))["newest"] or 0
    withdrawn = Withdrawal.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return _read(selection, newest, withdrawn)


@lru_cache(maxsize=2)
def _read(selection: Selection, _newest: int, _withdrawn: int) -> ScoredColumns:
    # The rows as the database gives them: building Python values of each took two thirds of the time.
    sql, parameters = _assessments(selection)[: min(selection.last, MAX_CASES)].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    columns: Iterable[Any] = zip(*rows, strict=True) if rows else ([],) * 8
    keys, probability, credit, is_incomplete, affordability, contract_type, sex, version = columns
    return ScoredColumns(
        keys=np.array(keys, dtype=np.int64),
        cases=ScoredCases(
            np.array(probability, dtype=np.float64),
            np.array(credit, dtype=np.float64),
            np.array(is_incomplete, dtype=np.bool_),
            np.array([_AFFORDABILITY.get(outcome, UNKNOWN) for outcome in affordability], dtype=np.int64),
        ),
        contract_type=_labels(contract_type),
        sex=_labels(sex),
        version=_labels(version),
    )


def _assessments(selection: Selection) -> QuerySet[Assessment, tuple[Any, ...]]:
    """Newest assessment of each case that a model gave a probability, the newest first.

    A client who has withdrawn is neither accepted nor refused by any terms.
    """
    scored = Assessment.objects.filter(
        case__latest_assessment=F("pk"), probability__isnull=False, case__isnull=False
    ).exclude(case__in=Withdrawal.objects.in_force().values("case"))
    if selection.first_day:
        scored = scored.filter(assessed_at__gte=_midnight(selection.first_day))
    if selection.last_day:
        scored = scored.filter(assessed_at__lt=_midnight(selection.last_day + timedelta(days=1)))
    # "missing:" of the release before the rule of completeness had a number.
    incomplete = Q(refer_reason__startswith="incomplete:") | Q(refer_reason__startswith="missing:")
    return scored.order_by("-pk").values_list(
        "pk",
        "probability",
        Cast("case__amount_credit", FloatField()),
        ExpressionWrapper(incomplete, output_field=BooleanField()),
        "affordability_outcome",
        "case__contract_type",
        "case__monitoring__sex",
        "model_version",
    )


def _labels(values: Iterable[str | None]) -> Labels:
    places: dict[str, int] = {}
    codes = [places.setdefault(value or "", len(places)) for value in values]
    return Labels(np.array(codes, dtype=np.int64), tuple(places))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
