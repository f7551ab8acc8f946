import math
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from creditdesk.encryption import keyring
from creditdesk.models import Case
from tests.factories import assessed, decided
from tests.html import listed_references

pytestmark = pytest.mark.django_db


def test_the_home_page_leads_each_role_to_its_work(client_as):
    first = {"advisor": "/cases/", "manager": "/cases/", "auditor": "/cases/"}
    first |= {"analyst": "/models/", "admin": "/admin/"}
    assert {name: client_as(name).get("/").url for name in first} == first


def test_an_advisor_sees_their_own_portfolio_only(client_as, case_of):
    own, colleagues = case_of("advisor"), case_of("colleague")
    page = client_as("advisor").get("/cases/")
    assert listed_references(page) == [own.reference]
    assert colleagues.client.name not in page.content.decode()


def test_an_advisor_cannot_filter_by_advisor(client_as, case_of):
    own, colleagues = case_of("advisor"), case_of("colleague")
    page = client_as("advisor").get("/cases/", {"advisor": colleagues.advisor_id})
    assert listed_references(page) == [own.reference]
    assert "advisor" not in page.context["form"].fields


def test_a_desk_without_cases_offers_the_advisor_filter_to_managers_alone(client_as):
    pages = {name: client_as(name).get("/cases/").content.decode() for name in ("advisor", "manager")}
    assert all('name="contract_type"' in page for page in pages.values())
    assert [name for name, page in pages.items() if 'name="advisor"' in page] == ["manager"]


def test_a_manager_sees_every_portfolio_and_can_pick_one(client_as, case_of):
    own, colleagues = case_of("advisor"), case_of("colleague")
    manager = client_as("manager")
    assert set(listed_references(manager.get("/cases/?queue=all"))) == {own.reference, colleagues.reference}
    assert listed_references(manager.get("/cases/", {"advisor": colleagues.advisor_id})) == [
        colleagues.reference
    ]


@pytest.fixture
def varied(case_of) -> dict[str, Case]:
    """One case of each kind that a filter distinguishes."""
    return {
        "new": case_of("advisor", amount_credit=100_000, contract_type="Revolving loans"),
        "accepted": decided(assessed(case_of("advisor"), 0.02)),
        "overridden": decided(assessed(case_of("advisor"), 0.3, "refuse"), override=True),
        "waiting": decided(assessed(case_of("advisor"), 0.4, "refuse"), status="proposed", override=True),
        "referred": decided(assessed(case_of("advisor"), None, "refer"), "refer"),
        "old": assessed(case_of("advisor", submitted_at=datetime(2024, 3, 31, 22, 30, tzinfo=UTC)), 0.03),
    }


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({"status": "pending"}, {"new", "referred", "old"}),
        ({"status": "waiting"}, {"waiting"}),
        ({"status": "decided"}, {"accepted", "overridden"}),
        ({"verdict": "refuse"}, {"overridden", "waiting"}),
        ({"verdict": "refer"}, {"referred"}),
        ({"outcome": "accept"}, {"accepted", "overridden"}),
        ({"outcome": "refer"}, {"referred"}),
        ({"override": "on"}, {"overridden", "waiting"}),
        ({"contract_type": "Revolving loans"}, {"new"}),
        ({"credit_max": "100000"}, {"new"}),
        ({"credit_min": "100000.01", "status": "pending"}, {"referred", "old"}),
        ({"submitted_to": "2024-04-01"}, {"old"}),
        ({"submitted_to": "2024-03-31"}, set()),
        ({"submitted_from": "2024-04-01", "submitted_to": "2024-04-01"}, {"old"}),
    ],
)
def test_each_filter_selects_its_cases(client_as, varied, query, kinds):
    """The old case was submitted on 1 April by the clock of Paris, on 31 March by that of Greenwich."""
    wanted = {varied[kind].reference for kind in kinds}
    advisor = client_as("advisor")
    assert set(listed_references(advisor.get("/cases/", query))) == wanted
    assert set(listed_references(advisor.post("/cases/", query))) == wanted


def test_a_case_with_a_referral_and_a_proposal_still_waits(client_as, case_of):
    case = decided(
        decided(assessed(case_of("advisor"), 0.4, "refuse"), "refer"), status="proposed", override=True
    )
    assert list(Case.objects.pending()) == [case]
    assert listed_references(client_as("advisor").get("/cases/", {"status": "waiting"})) == [case.reference]


def test_an_invalid_filter_shows_no_case_and_its_error(client_as, case_of):
    case_of("advisor")
    page = client_as("advisor").get("/cases/", {"credit_min": "a lot"})
    assert listed_references(page) == []
    assert "Enter a number." in page.content.decode()


def test_a_list_shows_nothing_of_the_filters_and_the_advisors_of_an_earlier_one(client_as, case_of):
    case_of("advisor")
    manager = client_as("manager")
    assert manager.get("/cases/?credit_min=much&contract_type=Cash+loans").context["form"].errors
    case_of("colleague")
    page = manager.get("/cases/?status=pending")
    assert "aria-invalid" not in page.content.decode()
    assert page.context["form"]["contract_type"].value() is None
    assert [str(advisor) for advisor in page.context["form"].fields["advisor"].queryset] == [
        "advisor",
        "colleague",
    ]
    french = manager.get("/cases/?status=pending", headers={"Accept-Language": "fr"}).content.decode()
    assert "Crédit à partir de" in french


@pytest.mark.parametrize(("sort", "order"), [("credit", [1, 2, 3]), ("-credit", [3, 2, 1])])
def test_the_list_can_be_sorted(client_as, case_of, sort, order):
    by_size = {n: case_of("advisor", amount_credit=n * 1000).reference for n in (2, 3, 1)}
    assert listed_references(client_as("advisor").post("/cases/", {"sort": sort})) == [
        by_size[n] for n in order
    ]


@pytest.mark.parametrize("sort", ["probability", "-probability"])
def test_cases_without_a_probability_come_last(client_as, case_of, sort):
    unscored = case_of("advisor")
    for probability in (0.2, 0.1):
        assessed(case_of("advisor"), probability)
    assert listed_references(client_as("advisor").get("/cases/", {"sort": sort}))[-1] == unscored.reference


def test_pages_never_overlap_and_leave_no_case_out(client_as, case_of):
    references = {case_of("advisor", amount_credit=1000).reference for _ in range(45)}
    advisor = client_as("advisor")
    pages = [
        listed_references(advisor.post("/cases/", {"sort": "credit", "page": page})) for page in (1, 2, 3)
    ]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert set().union(*pages) == references


def test_a_row_shows_verdict_probability_and_decision_in_words(client_as, case_of):
    decided(assessed(case_of("advisor"), 0.4123, "refuse"), status="proposed", override=True)
    page = client_as("advisor").get("/cases/?queue=all").content.decode()
    assert ">refuse</span>" in page
    assert "41.2%" in page
    assert "accepted, waiting for a second person" in page


def test_the_list_takes_as_many_queries_for_twenty_cases_as_for_two(client_as, case_of, monkeypatch):
    # Once a second the first word that is read looks for erasures too: not in the midst of this count.
    monkeypatch.setattr(keyring, "_NOTICED_WITHIN", math.inf)
    manager, taken = client_as("manager"), {}
    for n in range(1, 21):
        decided(assessed(case_of("advisor" if n % 2 else "colleague")))
        if n in (1, 2, 20):
            # What is kept from one answer to the next, as the choice among advisors, is there already.
            manager.get("/cases/?queue=all")
            with CaptureQueriesContext(connection) as queries:
                assert len(listed_references(manager.get("/cases/?queue=all"))) == n
            taken[n] = len(queries)
    # Session and its last use, user, model in use, count, keys, rows, names, marks, advisors, views; tabs.
    assert taken[20] == taken[2] <= 18


@pytest.mark.parametrize(
    ("role", "advice"), [("advisor", "Ask your manager"), ("manager", "manage.py import_portfolio")]
)
def test_an_empty_list_shows_the_next_step(client_as, role, advice):
    assert advice in client_as(role).get("/cases/").content.decode()


def test_the_export_button_is_shown_to_those_who_may_export(client_as, case_of):
    case_of("advisor")
    may = {"advisor": False, "manager": True, "auditor": False}
    assert {role: b'id="export"' in client_as(role).get("/cases/").content for role in may} == may


def test_days_at_the_ends_of_the_calendar_filter_like_any_other(client_as, case_of):
    case = case_of("advisor")
    for path in ("/cases/", "/cases/export.csv"):
        days = {"queue": "all", "submitted_from": "0001-01-01", "submitted_to": "9999-12-31"}
        answer = client_as("manager").get(path, days)
        assert case.reference.encode() in b"".join(answer)
