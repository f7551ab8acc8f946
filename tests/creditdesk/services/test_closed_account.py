"""Whoever has no account any more writes nothing, though their request began before it was closed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import AuditEvent, User
from creditdesk import services
from creditdesk.models import Absence, Assessment, Case, Client, Draft, Note, Notification, SavedView, Team
from tests.factories import APPLICATION, UserFactory

pytestmark = pytest.mark.django_db

Act = Callable[[Case, User], Any]


def away(_case: Case, by: User) -> None:
    today = timezone.localdate()
    services.record_absence(person=by, from_on=today, until_on=today + timedelta(days=1), deputy=None, by=by)


ACTS: dict[str, tuple[str, Act]] = {
    "opens a case": (
        "advisor",
        lambda _, by: services.open_case(by=by, name="Jean", application=APPLICATION),
    ),
    "adds a note": ("advisor", lambda case, by: services.add_note(case=case, text="Called.", by=by)),
    "claims": ("advisor", lambda case, by: services.claim(case=case, by=by)),
    "assesses": ("advisor", lambda case, by: services.assess(case=case, by=by)),
    "assigns": ("manager", lambda case, by: services.assign(case=case, to=UserFactory(), by=by)),
    "saves a draft": (
        "advisor",
        lambda _, by: services.save_draft(by=by, key=uuid4(), answers={"name": "J"}),
    ),
    "saves a view": (
        "advisor",
        lambda _, by: services.save_view(by=by, name="a", filters={}, is_shared=True),
    ),
    "hides columns": ("advisor", lambda _, by: services.choose_columns(by=by, hidden={"due"})),
    "reads notifications": ("advisor", lambda _, by: services.mark_read(by=by, until=timezone.now())),
    "is away": ("advisor", away),
    "makes a team": ("manager", lambda _, by: services.make_team(name="North", by=by)),
    "exports": ("manager", lambda _, by: services.export_figures(lines=["a\n"], details={}, by=by)),
}
STORED = (Case, Client, Note, Assessment, Draft, SavedView, Absence, Team, AuditEvent)


def stored(by: User) -> list[Any]:
    """Everything that these acts write."""
    hidden = User.objects.values_list("hidden_columns", flat=True).get(pk=by.pk)
    return [*(model.objects.count() for model in STORED), Notification.objects.unread().count(), hidden]


@pytest.mark.parametrize("name", ACTS)
def test_a_person_whose_account_was_closed_meanwhile_writes_nothing(person, case_of, name):
    role, act = ACTS[name]
    by, colleague = person(role), person("colleague")
    case = case_of("advisor" if role == "advisor" else "colleague")
    Notification.objects.create(recipient=by, case=case, kind="assigned", actor=colleague)
    User.objects.filter(pk=by.pk).update(is_active=False)
    before = stored(by)
    with pytest.raises(PermissionDenied):
        act(case, by)
    assert stored(by) == before
