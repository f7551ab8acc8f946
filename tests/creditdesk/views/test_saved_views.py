"""Named views of the case list, its columns and its orders; cases assigned from its check boxes."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from creditdesk import services
from creditdesk.models import Assignment, Case, Contest, SavedView
from creditdesk.services import ActRefused
from tests.factories import assessed, decided
from tests.html import listed_references

pytestmark = pytest.mark.django_db


def view_names(browser) -> list[str]:
    return re.findall(r'data-view="([^"]*)"', browser.get("/cases/").content.decode())


def test_a_view_keeps_filters_and_order_and_never_the_search_term(client_as, case_of):
    large = case_of("advisor", amount_credit=900_000)
    case_of("advisor", amount_credit=1_000)
    browser = client_as("advisor")
    filters = {"queue": "all", "credit_min": "5000", "sort": "-credit"}
    answer = browser.post("/cases/views/", {"name": "Large ones", "q": "Lefèvre", **filters})
    assert answer.status_code == 302
    view = SavedView.objects.get()
    assert view.filters == filters
    assert listed_references(browser.get(view.get_absolute_url())) == [large.reference]
    assert view_names(browser) == ["Large ones"]


def test_a_private_view_is_its_owners_and_a_shared_one_is_for_all(client_as, person):
    for name, is_shared in (("Private", False), ("Shared", True)):
        services.save_view(by=person("advisor"), name=name, filters={"queue": "late"}, is_shared=is_shared)
    assert view_names(client_as("advisor")) == ["Private", "Shared"]
    assert view_names(client_as("colleague")) == ["Shared"]
    User.objects.filter(username="advisor").update(is_active=False)
    assert view_names(client_as("colleague")) == []


def test_a_shared_view_shows_each_their_own_cases(client_as, case_of, person):
    case_of("advisor")
    mine = case_of("colleague")
    view = services.save_view(
        by=person("advisor"), name="Everything", filters={"queue": "all"}, is_shared=True
    )
    assert listed_references(client_as("colleague").get(view.get_absolute_url())) == [mine.reference]


def test_the_same_name_replaces_the_own_view_alone(person):
    for name, queue in (("advisor", "late"), ("colleague", "late"), ("advisor", "snoozed")):
        services.save_view(by=person(name), name=" Mine ", filters={"queue": queue}, is_shared=False)
    rows = SavedView.objects.values_list("owner__username", "name", "filters__queue")
    assert set(rows) == {("advisor", "Mine", "snoozed"), ("colleague", "Mine", "late")}


def test_only_its_owner_deletes_a_view(client_as, person):
    view = services.save_view(by=person("advisor"), name="Mine", filters={}, is_shared=True)
    assert client_as("colleague").post(f"/cases/views/{view.pk}/delete/").status_code == 404
    with pytest.raises(PermissionDenied):
        services.delete_view(view=view, by=person("colleague"))
    client_as("advisor").post(f"/cases/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [{"name": " "}, {"name": "x" * 61}, {}, {"name": "Mine", "queue": "moon"}, {"name": "a", "sort": "b"}],
)
def test_a_view_without_a_name_or_with_a_filter_that_cannot_be_read_is_not_saved(client_as, sent):
    assert client_as("advisor").post("/cases/views/", sent).status_code == 302
    assert not SavedView.objects.exists()


def test_nobody_keeps_more_views_than_a_page_shows(person, monkeypatch):
    monkeypatch.setattr("creditdesk.services.saved_view.MAX_VIEWS", 1)
    services.save_view(by=person("advisor"), name="First", filters={}, is_shared=False)
    services.save_view(by=person("advisor"), name="First", filters={"queue": "late"}, is_shared=False)
    with pytest.raises(ActRefused, match="1 views"):
        services.save_view(by=person("advisor"), name="Second", filters={}, is_shared=False)


# ---- columns and orders


def headings(browser) -> list[str]:
    page = browser.get("/cases/?queue=all").content.decode()
    return re.findall(r'name="sort" value="-?(\w+)"', page)


def test_each_person_chooses_the_columns_of_the_list(client_as, case_of):
    assessed(case_of("advisor"), 0.12, "refuse")
    browser = client_as("advisor")
    assert headings(browser) == ["reference", "client", "contract", "credit", "submitted", "probability"]
    browser.post("/cases/columns/", {"columns": ["client", "due", "closeness"]})
    assert headings(browser) == ["reference", "client", "due", "closeness"]
    page = browser.get("/cases/?queue=all").content.decode()
    assert '<td class="cell-closeness number">+3.0</td>' in page
    assert "cell-credit" not in page
    every = ["client", "contract", "credit", "submitted", "due", "probability", "closeness"]
    browser.post("/cases/columns/", {"columns": every})
    assert headings(browser) == ["reference", *every]
    case_of("colleague")
    assert headings(client_as("colleague"))[-1] == "probability"


def test_a_column_that_does_not_exist_changes_nothing(client_as):
    client_as("advisor").post("/cases/columns/", {"columns": ["password"]})
    assert User.objects.get(username="advisor").hidden_columns is None


def test_the_closest_to_the_threshold_come_first_on_whichever_side(client_as, case_of):
    far, near, above, unknown = (case_of("advisor") for _ in range(4))
    assessed(far, 0.5, "refuse")
    assessed(near, 0.08, "accept")
    assessed(above, 0.11, "refuse")
    answer = client_as("advisor").get("/cases/?queue=all&sort=closeness")
    assert listed_references(answer) == [case.reference for case in (near, above, far, unknown)]


def test_cases_are_sorted_by_their_due_date_and_contests_by_theirs(client_as, case_of):
    today = timezone.now()
    first, second = (case_of("advisor", submitted_at=today - timedelta(days=days)) for days in (9, 3))
    browser = client_as("advisor")
    assert listed_references(browser.get("/cases/?queue=all&sort=due")) == [
        first.reference,
        second.reference,
    ]
    # The case that came first is contested last, and its answer due last.
    for case, days in ((first, 0), (second, 2)):
        decided(assessed(case, 0.4, "refuse"), "refuse")
        Contest.objects.create(
            case=case,
            decision=case.decisions.get(),
            decided_by=case.advisor,
            opened_by=case.advisor,
            client_statement="No.",
            received_on=timezone.localdate() - timedelta(days=days),
            due_on=timezone.localdate() + timedelta(days=30 - days),
        )
    answer = browser.get("/cases/?queue=contested&sort=due")
    assert listed_references(answer) == [second.reference, first.reference]


# ---- bulk assignment on the list, without a script


def ticks(page: str) -> list[str]:
    return re.findall(r'name="case"[^>]*?value="(\d+:\d+)"', page)


def test_ticked_cases_are_assigned_and_conflicts_are_named(client_as, case_of, person):
    cases = [case_of("advisor") for _ in range(3)]
    browser = client_as("manager")
    ticked = ticks(browser.get("/cases/?queue=all").content.decode())
    assert len(ticked) == 3
    decided(cases[0])
    answer = browser.post(
        "/cases/assign/",
        {"case": ticked, "to": person("colleague").pk, "note": "Please.", "queue": "all"},
        follow=True,
    )
    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == "/cases/?queue=all"
    assert "2 cases are colleague&#x27;s now." in page
    assert f"1 case stays where it is: {cases[0].reference}: Already decided" in page
    assert Case.objects.filter(advisor__username="colleague").count() == 2


def test_all_cases_of_a_filter_are_assigned_beyond_the_page(client_as, case_of, person):
    for _ in range(23):
        case_of("advisor", amount_credit=2_000)
    small = case_of("advisor", amount_credit=1_000)
    client_as("manager").post(
        "/cases/assign/", {"all": "1", "to": person("colleague").pk, "queue": "all", "credit_min": "1500"}
    )
    assert Case.objects.filter(advisor__username="colleague").count() == 23
    assert Case.objects.get(pk=small.pk).advisor.username == "advisor"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"case": "moon"},
        {"case": "1:2:3"},
        {"case": "999999:1"},
        {"all": "1", "queue": "moon"},
        {"case": "1:1", "to": ""},
        {"case": "1:1", "to": "0"},
    ],
)
def test_what_cannot_be_read_assigns_nothing(client_as, case_of, person, sent):
    case_of("advisor")
    answer = client_as("manager").post("/cases/assign/", {"to": person("colleague").pk, **sent})
    assert answer.status_code == 302
    assert not Assignment.objects.exists()


def test_an_advisor_sees_no_check_boxes_and_is_refused(client_as, case_of, person):
    case = case_of("advisor")
    browser = client_as("advisor")
    assert ticks(browser.get("/cases/?queue=all").content.decode()) == []
    sent = {"case": f"{case.pk}:{case.advisor_id}", "to": person("colleague").pk}
    assert browser.post(reverse("cases_assign"), sent).status_code == 403
    assert not Assignment.objects.exists()
