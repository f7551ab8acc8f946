"""Role tables: every address requested by every role, on their own and on a colleague's case."""

from collections.abc import Callable, Set

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk import services as desk
from creditdesk.models import Absence, Decision, Note, SavedView
from scoring import services
from tests.creditdesk import policies
from tests.creditdesk.loss_tables import proposed_table, published_table
from tests.creditdesk.views.role_tables import (
    ADMIN,
    ADVISOR,
    ANALYST,
    AUDITOR,
    CASES,
    COLLEAGUE,
    KEYS,
    LOSS_TABLES,
    MANAGER,
    MANY,
    MODELS,
    NEW,
    NUMBERED,
    PAGES,
    POLICIES,
    PUBLIC,
    address,
    args_of,
)
from tests.drift_reports import drift_report
from tests.factories import PEOPLE
from tests.scoring.modelfolder import tiny_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def statuses(client_as, person) -> Callable[[str, str], dict[str, int]]:
    """The answers that an address gives to each person, none of whom finds what another has changed."""
    for name in PEOPLE:
        person(name)

    def answers(method: str, address: str) -> dict[str, int]:
        return {name: answer_to(name, method, address) for name in sorted(PEOPLE)}

    def answer_to(name: str, method: str, address: str) -> int:
        with transaction.atomic():
            status = getattr(client_as(name), method)(address).status_code
            transaction.set_rollback(True)
        return status

    return answers


def opens_for(
    names: set[str],
    statuses: dict[str, int],
    *,
    through: Set[int] = frozenset({200, 302, 409, 422}),
    refused: Set[int] = frozenset({403, 404}),
) -> None:
    """Demand that these people get through, and that everybody else is refused."""
    wrong = {
        name: status
        for name, status in statuses.items()
        if status not in (through if name in names else refused)
    }
    assert not wrong


@pytest.mark.parametrize("page", sorted(PAGES))
def test_each_page_opens_for_its_roles_alone(statuses, model_in_use, person, page):
    if page == "expected_loss_export":
        published_table(person(MANAGER), person(ADMIN))
    opens_for(
        PAGES[page], statuses("get", reverse(page, args=args_of(page))), through={200, 302}, refused={403}
    )


@pytest.mark.parametrize(("page", "method"), sorted(MODELS))
def test_each_act_on_models_is_for_its_roles_alone(statuses, model_in_use, numbers, page, method):
    args = [numbers[page.split("_")[0]]] if page.split("_")[0] in numbers else []
    opens_for(MODELS[page, method], statuses(method, reverse(page, args=args)))


@pytest.mark.parametrize(("page", "method"), sorted(POLICIES))
def test_each_act_on_policies_is_for_its_roles_alone(statuses, model_in_use, person, page, method):
    args = [] if page == "policy_propose" else [policies.proposed(person(MANAGER)).pk]
    opens_for(POLICIES[page, method], statuses(method, reverse(page, args=args)))


@pytest.mark.parametrize(("page", "method"), sorted(LOSS_TABLES))
def test_each_act_on_loss_tables_is_for_its_roles_alone(statuses, person, page, method):
    args = [] if page == "loss_table_propose" else [proposed_table(person(MANAGER)).pk]
    opens_for(LOSS_TABLES[page, method], statuses(method, reverse(page, args=args)))


@pytest.mark.parametrize("page", sorted(NEW))
def test_new_cases_are_for_the_desk_alone(statuses, model_in_use, page):
    opens_for(NEW[page], statuses("post", reverse(page)), through={302, 422}, refused={403})


@pytest.mark.parametrize("page", sorted(MANY))
def test_each_act_beyond_a_case_is_for_its_roles_alone(statuses, person, page):
    day = timezone.localdate()
    absence = Absence.objects.create(
        person=person(ADVISOR), recorded_by=person(ADVISOR), from_on=day, until_on=day
    )
    view = SavedView.objects.create(owner=person(MANAGER), name="Mine")
    team = desk.make_team(name="North", by=person(MANAGER))
    membership = desk.add_member(team=team, person=person(ADVISOR), by=person(MANAGER))
    numbers = {
        "absence_cancel": absence,
        "view_delete": view,
        "team_add": team,
        "team_remove": membership,
    }
    args = [numbers[page].pk] if page in numbers else []
    opens_for(MANY[page], statuses("post", reverse(page, args=args)), through={200, 302})


@pytest.fixture
def numbers(person, settings, tmp_path) -> dict[str, int]:
    """A proposal by the analyst, and a drift report with Evidently's page."""
    tiny_model(settings.ML_ARTIFACTS, name=f"tiny-{tmp_path.name}")
    version = services.register(name=f"tiny-{tmp_path.name}", by=None)
    proposal = services.propose(version=version, reason="Better on the same clients.", by=person(ANALYST))
    settings.DRIFT_REPORTS = tmp_path
    report = drift_report(page="<p>Evidently</p>")
    return {"proposal": proposal.pk, "drift": report.pk}


@pytest.mark.parametrize(("page", "method"), sorted(CASES))
def test_a_case_opens_for_its_advisor_and_for_who_sees_all(statuses, model_in_use, case_of, page, method):
    case = case_of(ADVISOR)
    opens_for(CASES[page, method], statuses(method, address(page, case)))


@pytest.mark.parametrize(("page", "method"), sorted(CASES))
def test_a_colleagues_case_does_not_exist(client_as, model_in_use, case_of, page, method):
    case = case_of(ADVISOR)
    status = getattr(client_as(COLLEAGUE), method)(address(page, case)).status_code
    denied = {
        "case_check",
        "case_answer",
        "case_examine",
        "case_reopen",
        "case_assign",
        "case_timeline_export",
    }
    denied |= {"client_merge", "client_part"}
    assert status == (403 if page in denied else 404)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_anonymous_users_reach_only_the_sign_in_page(client, model_in_use, page):
    answer = client.get(reverse(page, args=args_of(page)), follow=True)
    assert answer.request["PATH_INFO"] == reverse("account_login")


@pytest.mark.parametrize("name", [AUDITOR, ANALYST, ADMIN])
def test_a_role_that_only_reads_changes_nothing_on_a_case(client_as, model_in_use, case_of, name):
    case, browser = case_of(ADVISOR), client_as(name)
    for page, method in (walked for walked in CASES if walked[0] not in NUMBERED):
        getattr(browser, method)(reverse(page, args=[case.reference]), {"text": "x", "outcome": "accept"})
    assert not case.assessments.exists()
    assert not Decision.objects.exists()
    assert not Note.objects.exists()


def test_a_refused_page_is_an_audit_event(client_as):
    client_as(ANALYST).get(reverse("case_list"))
    assert AuditEvent.objects.filter(action="access_denied", actor=ANALYST).exists()


def names_in(patterns) -> set[str]:
    """Return the URL names below these patterns, without the pages of the account itself."""
    names = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace is None:
            if "accounts.urls" not in str(pattern.urlconf_name):
                names |= names_in(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            names.add(pattern.name)
    return names


def test_every_address_is_in_the_role_tables():
    acts = {page for page, _ in CASES | MODELS | POLICIES | LOSS_TABLES}
    walked = set(PAGES) | set(NEW) | set(MANY) | acts | PUBLIC
    assert names_in(get_resolver().url_patterns) <= walked | KEYS
