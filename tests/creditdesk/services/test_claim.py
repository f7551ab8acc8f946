"""A case is claimed by one person at a time, released, and shared with every advisor."""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Case, Claim, Decision
from creditdesk.services import ActRefused, DecisionRefused
from tests.factories import assessed, decided
from tests.html import HTMX
from tests.triggers import REFUSED


@pytest.fixture
def case(case_of):
    return case_of("advisor")


@pytest.fixture
def shared(case, person):
    return services.share(case=case, by=person("advisor"))


def post(browser, page, case, **data):
    return browser.post(reverse(page, args=[case.reference]), data, headers=HTMX)


def trail(action) -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.filter(action=action).order_by("sequence")
    return [(event.actor, event.details["previous"], event.details["new"]) for event in events]


@pytest.mark.django_db
def test_a_claim_is_stored_shown_and_audited(client_as, model_in_use, case):
    page = post(client_as("advisor"), "case_claim", case)
    assert page.status_code == 200
    assert 'data-claimed-by="advisor"' in page.content.decode()
    claim = Claim.objects.get()
    assert (claim.case, claim.held_by.username, claim.released_at) == (case, "advisor", None)
    assert trail("claim") == [("advisor", "", "advisor")]


@pytest.mark.django_db
def test_claiming_ones_own_claim_again_changes_nothing(case, person):
    first = services.claim(case=case, by=person("advisor"))
    assert services.claim(case=case, by=person("advisor")) == first
    assert len(trail("claim")) == 1


@pytest.mark.django_db
def test_the_second_advisor_reads_who_has_claimed_the_case(client_as, model_in_use, shared, person):
    advisor = person("advisor")
    advisor.first_name, advisor.last_name = "Camille", "Renaud"
    advisor.save()
    services.claim(case=shared, by=advisor)
    page = post(client_as("colleague"), "case_claim", shared)
    assert page.status_code == 409
    text = page.content.decode()
    assert "data-refusal" in text
    assert "Camille Renaud has claimed this case" in text
    assert Claim.objects.get().held_by == advisor


@pytest.mark.django_db(transaction=True)
def test_of_two_advisors_at_once_exactly_one_gets_the_case(shared, person):
    together, refused = threading.Barrier(2), []

    def claim(name: str) -> None:
        together.wait()
        try:
            services.claim(case=shared, by=person(name))
        except ActRefused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    people = [threading.Thread(target=claim, args=(name,)) for name in ("advisor", "colleague")]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    claimed = Claim.objects.get()
    assert len(refused) == 1
    assert refused[0].startswith(claimed.held_by.username)
    assert len(trail("claim")) == 1


@pytest.mark.django_db
def test_the_database_itself_refuses_a_second_claim_and_forgets_none(case, person):
    services.claim(case=case, by=person("advisor"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(case=case, held_by=person("colleague"))
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        Claim.objects.all().delete()


@pytest.mark.django_db
def test_a_released_case_can_be_claimed_by_the_next(case, person):
    services.claim(case=case, by=person("advisor"))
    services.release(case=case, by=person("advisor"))
    services.claim(case=case, by=person("manager"))
    assert [(c.held_by.username, c.released_at is None) for c in Claim.objects.all()] == [
        ("advisor", False),
        ("manager", True),
    ]
    assert trail("release") == [("advisor", "advisor", "")]


@pytest.mark.django_db
def test_a_colleagues_claim_is_released_by_a_manager_alone(shared, person):
    services.claim(case=shared, by=person("advisor"))
    with pytest.raises(ActRefused, match="advisor has claimed"):
        services.release(case=shared, by=person("colleague"))
    services.release(case=shared, by=person("manager"))
    assert Claim.objects.get().released_by == person("manager")


@pytest.mark.django_db
def test_a_release_without_a_claim_is_refused(client_as, model_in_use, case):
    page = post(client_as("advisor"), "case_release", case)
    assert page.status_code == 409
    assert "Nobody has claimed this case" in page.content.decode()


@pytest.mark.django_db
def test_a_decided_case_is_not_claimed(case, person):
    decided(case)
    with pytest.raises(ActRefused, match="Already decided"):
        services.claim(case=case, by=person("advisor"))
    assert not Claim.objects.exists()


@pytest.mark.django_db
def test_nobody_else_decides_a_claimed_case(shared, person):
    assessed(shared)
    services.claim(case=shared, by=person("advisor"))
    with pytest.raises(DecisionRefused, match="advisor has claimed"):
        services.decide(
            case=shared, assessment=shared.latest_assessment, outcome="accept", by=person("colleague")
        )
    assert not Decision.objects.exists()


@pytest.mark.django_db
def test_the_decision_form_is_offered_to_the_claimant_alone(client_as, model_in_use, shared, person):
    services.claim(case=shared, by=person("advisor"))
    address = shared.get_absolute_url()
    assert "data-decision-form" in client_as("advisor").get(address).content.decode()
    page = client_as("colleague").get(address).content.decode()
    assert "data-decision-form" not in page
    assert "advisor works on it." in page


@pytest.mark.django_db
def test_a_decision_ends_the_own_claim(case, person):
    assessed(case)
    services.claim(case=case, by=person("advisor"))
    services.decide(case=case, assessment=case.latest_assessment, outcome="accept", by=person("advisor"))
    assert Claim.objects.get().released_by == person("advisor")


@pytest.mark.django_db
def test_a_shared_case_is_seen_by_every_advisor_and_only_a_shared_one(case_of, person):
    case, unshared = case_of("advisor"), case_of("advisor")
    seen = Case.objects.visible_to(person("colleague"))
    assert not seen.exists()
    services.share(case=case, by=person("advisor"))
    assert set(seen.all()) == {case}
    assert unshared not in seen.all()
    assert trail("share") == [("advisor", "advisor", "team")]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["shared", "decided"])
def test_sharing_twice_or_too_late_is_refused(case, person, state):
    if state == "shared":
        Case.objects.filter(pk=case.pk).update(shared_at=timezone.now())
    else:
        decided(case)
    with pytest.raises(ActRefused):
        services.share(case=case, by=person("advisor"))


@pytest.mark.django_db
@pytest.mark.parametrize("passed_on", ["to a colleague", "to a team", "to a manager"])
def test_who_passed_a_case_on_shares_it_no_more(client_as, model_in_use, case, person, passed_on):
    by, manager, browser = person("advisor"), person("manager"), client_as("advisor")
    assessment = services.assess(case=case, by=by)
    address, page = reverse("case_share", args=[case.reference]), case.get_absolute_url()
    assert f'action="{address}"' in browser.get(page).content.decode()
    if passed_on == "to a manager":
        services.escalate(case=case, reason="The amount is above what I decide alone.", by=by)
    else:
        team = services.make_team(name="North", by=manager)
        services.add_member(team=team, person=person("colleague"), by=manager)
        services.decide(
            case=case, assessment=assessment, outcome="refer", by=by, reason_code="other",
            reason="I do not know this employer.",
            refer_to=team if passed_on == "to a team" else person("colleague"),
        )  # fmt: skip
    assert f'action="{address}"' not in browser.get(page).content.decode()
    answer = post(browser, "case_share", case)
    assert (answer.status_code, trail("share")) == (409, [])
    assert Case.objects.get().shared_at is None
    holder = manager if passed_on == "to a manager" else person("colleague")
    assert services.share(case=Case.objects.get(), by=holder).shared_by == holder


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["admin", "analyst", "auditor"])
@pytest.mark.parametrize("act", [services.claim, services.release, services.share])
def test_only_advisors_and_managers_work_on_cases(case, person, act, name):
    with pytest.raises(PermissionDenied):
        act(case=case, by=person(name))
