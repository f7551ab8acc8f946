"""Filters of the case list and of the export: one definition for both."""

from collections.abc import Mapping
from copy import copy, deepcopy
from datetime import date, timedelta
from typing import Final

import django_filters as filters
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import (
    BoundField,
    CheckboxInput,
    DateInput,
    Field,
    Form,
    HiddenInput,
    ModelChoiceField,
    TextInput,
)
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.prepared_queries import PreparedRows
from creditdesk.cases.amounts import AmountFilter
from creditdesk.cases.days import midnight
from creditdesk.cases.queues import EVERY_CASE, QUEUES, queue_of
from creditdesk.cases.search import matching
from creditdesk.cases.sorting import NEWEST_FIRST, OLDEST_FIRST, SORTS, ordering
from creditdesk.models import Assessment, Case, Decision
from creditdesk.models.case import CaseQuerySet
from creditdesk.models.decision import ENDED
from scoring.ml.tables.catalogue import column
from scoring.presentation.formatting import localize

DAY: Final = {"type": "date"}
ALWAYS_SHOWN: Final = {"q", "queue", "sort"}
STATUSES: Final = (
    ("pending", _("To decide")),
    ("waiting", _("Second person")),
    ("decided", _("Decided")),
    ("withdrawn", pgettext_lazy("cases", "Withdrawn by the client")),
)
# The outcomes that a person decides, and the one that the client chooses.
WITHDRAWN: Final = "withdrawn"
OUTCOMES: Final = (*Decision.Outcome.choices, (WITHDRAWN, pgettext_lazy("case", "withdrawn")))


def contract_choices() -> list[tuple[str, str]]:
    texts = column("application", "NAME_CONTRACT_TYPE").categories
    return [(value, localize(text)) for value, text in texts.items()]


def advisors(_request: object = None) -> QuerySet[User]:
    """Users with a portfolio, closed accounts included."""
    return User.objects.filter(Exists(Case.objects.filter(advisor=OuterRef("pk")))).order_by("username")


# The form of the filters, with the choice among advisors and without.
_FORMS: Final[dict[tuple[bool, float], type[Form]]] = {}
_ADVISORS: Final = PreparedRows(lambda: advisors().values_list("pk", "username"))


class _SharedFilters(dict[str, filters.Filter]):
    """Filters of which each list gets copies that share their parts: a deep copy took a millisecond."""

    def __deepcopy__(self, _memo: object) -> dict[str, filters.Filter]:
        copies = {name: copy(item) for name, item in self.items()}
        for item in copies.values():
            item.extra = dict(item.extra)
            # Bound to the copy instead of the original.
            item.method = item.method
        return copies


class _SharedFields(dict[str, Field]):
    """Fields that the forms of all lists share, but for a choice among rows, which keeps those that it read.

    A deep copy of all of them took a tenth of a page.
    """

    def __deepcopy__(self, memo: dict[int, object]) -> dict[str, Field]:
        return {
            name: deepcopy(field, memo) if isinstance(field, ModelChoiceField) else field
            for name, field in self.items()
        }


class CaseFilter(filters.FilterSet):  # type: ignore[misc]
    """The search term, the filters and the order of the case list, within the user's row scope."""

    q = filters.CharFilter(
        method="matching",
        label=_("Search"),
        max_length=100,
        widget=TextInput(
            attrs={
                "type": "search",
                "autocomplete": "off",
                "spellcheck": "false",
                "data-search": True,
                "placeholder": _("Client name, number or reference"),
            }
        ),
    )
    status = filters.ChoiceFilter(
        method="in_status", label=_("Status"), choices=STATUSES, empty_label=_("All")
    )
    queue = filters.ChoiceFilter(method="in_queue", label=_("Queue"), choices=QUEUES, widget=HiddenInput)
    verdict = filters.ChoiceFilter(
        method="with_verdict",
        label=_("Verdict"),
        choices=Assessment.Verdict.choices,
        empty_label=_("Any"),
    )
    outcome = filters.ChoiceFilter(
        method="with_outcome", label=_("Decision"), choices=OUTCOMES, empty_label=_("Any")
    )
    contract_type = filters.ChoiceFilter(label=_("Contract"), choices=contract_choices, empty_label=_("Any"))
    advisor = filters.ModelChoiceFilter(queryset=advisors, label=_("Advisor"), empty_label=_("Any"))
    credit_min = AmountFilter("amount_credit", "gte", label=_("Credit from"), min_value=0)
    credit_max = AmountFilter("amount_credit", "lte", label=_("Credit up to"), min_value=0)
    submitted_from = filters.DateFilter(
        method="since", label=_("Submitted from"), widget=DateInput(attrs=DAY, format="%Y-%m-%d")
    )
    submitted_to = filters.DateFilter(
        method="until",
        label=_("Submitted up to"),
        widget=DateInput(attrs=DAY, format="%Y-%m-%d"),
    )
    override = filters.BooleanFilter(
        method="overridden", label=_("Differs from the verdict"), widget=CheckboxInput
    )
    sort = filters.ChoiceFilter(
        method="sorted_by",
        choices=[(f"{sign}{name}", name) for name in SORTS for sign in ("", "-")],
        widget=HiddenInput,
    )

    class Meta:
        model = Case
        fields: list[str] = []

    def __init__(self, data: Mapping[str, str], *, user: User) -> None:
        # No case but by `visible`, which is put together where it is read: a queue alone does without it.
        super().__init__(data, queryset=Case.objects.none())
        self.user = user
        if not user.has_perm("creditdesk.view_all_cases"):
            del self.filters["advisor"]

    @cached_property
    def visible(self) -> CaseQuerySet:
        """The cases within the user's row scope."""
        return Case.objects.visible_to(self.user)

    def get_form_class(self) -> type[Form]:
        """The class of the form, made once: django-filter makes one for each list."""
        key = (self.shows_advisor, settings.AMOUNT_SCALE)
        if key not in _FORMS:
            form = super().get_form_class()
            form.base_fields = _SharedFields(form.base_fields)
            _FORMS[key] = form
        return _FORMS[key]

    def filter_queryset(self, queryset: QuerySet[Case]) -> QuerySet[Case]:
        """No case while a filter is invalid: ignoring it would show or export too much."""
        if self.errors:
            return queryset.none()
        filtered: QuerySet[Case] = super().filter_queryset(
            self.visible.order_by(*ordering(self.default_sort))
        )
        return filtered

    def matching(self, cases: CaseQuerySet, _name: str, text: str) -> CaseQuerySet:
        return matching(cases, text)

    def in_status(self, cases: CaseQuerySet, _name: str, status: str) -> CaseQuerySet:
        if status == "decided":
            return cases.decided()
        if status == "withdrawn":
            return cases.withdrawn()
        if status == "waiting":
            return cases.waiting()
        return cases.pending().exclude(pk__in=Case.objects.waiting())

    def in_queue(self, cases: CaseQuerySet, _name: str, queue: str) -> CaseQuerySet:
        """A search looks at every case, whatever the tab."""
        return cases if self.searches else queue_of(cases, queue, self.user)

    def with_verdict(self, cases: CaseQuerySet, _name: str, verdict: str) -> CaseQuerySet:
        return self._with_known_verdict(cases.filter(latest_assessment__verdict=verdict))

    def _with_known_verdict(self, cases: CaseQuerySet) -> CaseQuerySet:
        """Leave out the cases whose verdict the user does not see yet: to find them would give it away."""
        return cases.exclude(pk__in=Case.objects.blind_for(self.user).order_by().values("pk"))

    def with_outcome(self, cases: CaseQuerySet, _name: str, outcome: str) -> CaseQuerySet:
        if outcome == WITHDRAWN:
            return cases.withdrawn()
        if outcome == Decision.Outcome.REFER:
            cases = cases.pending()
        return cases.filter(pk__in=Decision.objects.filter(status="final", outcome=outcome).values("case"))

    def since(self, cases: CaseQuerySet, _name: str, day: date) -> CaseQuerySet:
        return cases.filter(submitted_at__gte=midnight(day))

    def until(self, cases: CaseQuerySet, _name: str, day: date) -> CaseQuerySet:
        return cases.filter(submitted_at__lt=midnight(day) + timedelta(days=1))

    def overridden(self, cases: CaseQuerySet, _name: str, only: bool) -> CaseQuerySet:
        overrides = Decision.objects.filter(is_override=True).exclude(status__in=ENDED)
        if not only:
            return cases
        return self._with_known_verdict(cases.filter(pk__in=overrides.values("case")))

    def sorted_by(self, cases: CaseQuerySet, _name: str, sort: str) -> CaseQuerySet:
        return cases.order_by(*ordering(sort, self.current_queue, self.user))

    @property
    def shows_advisor(self) -> bool:
        return "advisor" in self.filters

    @property
    def current_queue(self) -> str:
        """The queue that is shown; a search looks at every case."""
        return EVERY_CASE if self.searches else self.sent.get("queue", EVERY_CASE)

    @property
    def default_sort(self) -> str:
        """Who has waited longest comes first in a queue, the newest case elsewhere."""
        return NEWEST_FIRST if self.current_queue == EVERY_CASE else OLDEST_FIRST

    @property
    def sort_in_force(self) -> str:
        return self.form.cleaned_data.get("sort") or self.default_sort

    @cached_property
    def sent(self) -> dict[str, str]:
        """The filters in use, as sent."""
        return {name: self.data[name] for name in self.filters if self.data.get(name)}

    @property
    def active(self) -> dict[str, str]:
        """The filters that may stand in an address: all but the search term."""
        return {name: value for name, value in self.sent.items() if name != "q"}

    @property
    def searches(self) -> bool:
        return bool(self.sent.get("q", "").strip())

    @property
    def is_term_alone(self) -> bool:
        """Whether a search has no other filter and the order in which it opens."""
        return self.sent.keys() <= {"q", "queue"}

    @property
    def narrows(self) -> bool:
        return bool(self.sent.keys() - {"sort", "queue"})

    @property
    def panel(self) -> list[BoundField]:
        """The fields behind the "Filters" button."""
        return [self.form[name] for name in self.filters if name not in ALWAYS_SHOWN]

    @property
    def panel_choices(self) -> tuple[bool, tuple[tuple[int, str], ...]]:
        """What the panel depends on while it is not in use: whether it offers advisors, and which."""
        return self.shows_advisor, tuple(_ADVISORS.all()) if self.shows_advisor else ()

    @property
    def panel_in_use(self) -> bool:
        return bool(self.sent.keys() - ALWAYS_SHOWN)


CaseFilter.base_filters = _SharedFilters(CaseFilter.base_filters)
