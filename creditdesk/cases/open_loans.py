"""Accepted loans that are neither repaid nor in default, as columns: one query, read into NumPy."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from django.db import connection
from django.db.models import Exists, FloatField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from numpy.typing import NDArray

from creditdesk.models import Assessment, Decision, MonthlyOutcome
from scoring.ml.metrics.expected_loss import Exposures
from scoring.models import LossTable

PRODUCTS: Final = ("Cash loans", "Revolving loans")


@dataclass(frozen=True, slots=True, eq=False)
class OpenLoans:
    """n loans: `keys` of their cases, place of the product in PRODUCTS, and what the table makes of them."""

    keys: NDArray[np.int64]
    product: NDArray[np.int64]
    exposures: Exposures

    def __len__(self) -> int:
        return len(self.keys)


def open_loans(table: LossTable) -> OpenLoans:
    """Read the loans of every case under a table, or take those of the last read while nothing changed."""
    newest = (
        Assessment.objects.aggregate(newest=Max("pk"))["newest"],
        Decision.objects.aggregate(newest=Max("decided_at"))["newest"],
        Decision.objects.aggregate(newest=Max("checked_at"))["newest"],
        # A reopened case leaves the moments of its decision as they are.
        Decision.objects.standing().count(),
        MonthlyOutcome.objects.aggregate(newest=Max("pk"))["newest"],
    )
    return _read(table, newest)


@lru_cache(maxsize=2)
def _read(table: LossTable, _newest: tuple[Any, ...]) -> OpenLoans:
    # The rows as the database gives them: Python values of each would take most of the time.
    sql, parameters = _accepted().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    columns: Iterable[Any] = zip(*rows, strict=True) if rows else ([],) * 5
    keys, contract_type, probability, credit, balance = columns
    product = np.array(
        [PRODUCTS.index(name) if name in PRODUCTS else 0 for name in contract_type], dtype=np.int64
    )
    owed = np.array([np.nan if amount is None else float(amount) for amount in balance], dtype=np.float64)
    lent = np.array(credit, dtype=np.float64)
    # As long as no balance is on file, the share of the credit that the table says.
    shares, lost = (
        np.array([share(name) for name in PRODUCTS], dtype=np.float64)[product]
        for share in (table.ead, table.lgd)
    )
    ead = np.where(np.isnan(owed), lent * shares, owed)
    is_open = ead > 0
    return OpenLoans(
        np.array(keys, dtype=np.int64)[is_open],
        product[is_open],
        Exposures(np.array(probability, dtype=np.float64), lost, ead).only(is_open),
    )


def _accepted() -> QuerySet[Decision, tuple[Any, ...]]:
    """Accepted cases with a probability and without a default, in a fixed order."""
    outcomes = MonthlyOutcome.objects.filter(case=OuterRef("case"))
    newest = outcomes.order_by("-month").values("balance")[:1]
    return (
        Decision.objects.standing()
        .filter(
            ~Exists(outcomes.filter(defaulted=True)),
            status=Decision.Status.FINAL,
            outcome=Decision.Outcome.ACCEPT,
            case__latest_assessment__probability__isnull=False,
        )
        .order_by("case_id")
        .values_list(
            "case_id",
            "case__contract_type",
            "case__latest_assessment__probability",
            Cast("case__amount_credit", FloatField()),
            Cast(Subquery(newest), FloatField()),
        )
    )
