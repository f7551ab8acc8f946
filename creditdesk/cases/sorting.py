"""Orders of the case list: what it is sorted by, and how in each queue."""

from collections.abc import Mapping
from typing import Final

from django.db.models import Case as CaseOf
from django.db.models import F, FloatField, Func, OuterRef, Subquery, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Abs

from accounts.models import User
from creditdesk.cases.queues import CONTESTED
from creditdesk.models import Case, Contest

NEWEST_FIRST: Final = "-submitted"
OLDEST_FIRST: Final = "submitted"
SORTS: Final[Mapping[str, F | Func]] = {
    "reference": F("reference"),
    "client": F("client__indexed_name__text"),
    "contract": F("contract_type"),
    "credit": F("amount_credit"),
    "submitted": F("submitted_at"),
    "due": F("submitted_at"),
    # How far the probability is from the threshold, on either side: the closest are the hardest to decide.
    "closeness": Abs(F("latest_assessment__probability") - F("latest_assessment__threshold")),
    "probability": F("latest_assessment__probability"),
    "advisor": F("advisor__username"),
}
SORTS_BY_VERDICT: Final = ("closeness", "probability")


def ordering(sort: str, queue: str = "", reader: User | None = None) -> tuple[OrderBy | str, ...]:
    """Order with missing values last in both directions; the id breaks ties, so that pages never overlap.

    A case is due so many days after it was submitted, in the queue of contests when the contest is. A verdict
    that is kept from the reader counts as missing.
    """
    expression: F | Func | Subquery | CaseOf = SORTS[sort.removeprefix("-")]
    if sort.endswith(SORTS_BY_VERDICT) and reader:
        without = When(pk__in=Case.objects.blind_for(reader).order_by().values("pk"), then=Value(None))
        expression = CaseOf(without, default=expression, output_field=FloatField())
    if queue == CONTESTED and sort.endswith("due"):
        expression = Subquery(Contest.objects.unanswered().filter(case=OuterRef("pk")).values("due_on")[:1])
    elif sort.endswith(("submitted", "due")):
        return (f"{sort[: sort.startswith('-')]}submitted_at", "id")
    if sort.startswith("-"):
        return expression.desc(nulls_last=True), "id"
    return expression.asc(nulls_last=True), "id"
