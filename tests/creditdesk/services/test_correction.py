"""A pending application is corrected: who, what and why are kept, and what was assessed before stays."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import audit
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.forms.correction import CorrectionForm
from creditdesk.models import Case, Correction, Decision, Profile
from creditdesk.services import ActRefused, DecisionRefused
from tests.factories import decided
from tests.html import Elements

pytestmark = pytest.mark.django_db
REASON = "The payslip of March says another income."


@pytest.fixture
def case(case_of, model_in_use):
    return case_of("advisor")


def correct(case, by, reason=REASON, **changes) -> Correction:
    digest = Profile.objects.get(case=case).digest
    return services.correct_application(
        case=case, changes=changes, profile_digest=digest, reason=reason, by=by
    )


def typed(case, **changed) -> dict[str, str]:
    """What the browser sends: every answer as it was shown, but for the changed ones."""
    form = CorrectionForm(case=Case.objects.get(pk=case.pk))
    shown = {name: field.value() for name, field in ((field.name, field) for field in form)}
    return {**{name: value for name, value in shown.items() if value}, "reason": REASON, **changed}


def post(browser, case, **changed):
    return browser.post(reverse("case_correct", args=[case.reference]), typed(case, **changed))


def test_a_correction_changes_the_profile_and_has_the_case_assessed_again(client_as, case):
    browser = client_as("advisor")
    browser.get(case.get_absolute_url())
    before = Case.objects.get().assessments.latest("pk")
    record = Profile.objects.get().application
    answer = post(browser, case, AMT_INCOME_TOTAL="90000")
    assert answer.status_code == 302
    profile = Profile.objects.get()
    assert profile.application == {**record, "AMT_INCOME_TOTAL": 90_000.0}
    correction = Correction.objects.get()
    assert correction.changes == {"AMT_INCOME_TOTAL": [record["AMT_INCOME_TOTAL"], 90_000.0]}
    assert (correction.reason, correction.corrected_by.username) == (REASON, "advisor")
    assert correction.application == record
    assert (correction.previous_digest, correction.digest) == (before.profile_digest, profile.digest)
    latest = Case.objects.get().assessments.latest("pk")
    assert latest.pk != before.pk
    assert latest.profile_digest == profile.digest
    event = AuditEvent.objects.get(action="case_corrected")
    assert event.details["columns"] == ["AMT_INCOME_TOTAL"]
    assert "payslip" not in str(event.details)
    assert not audit.verify()


def test_the_old_assessment_replays_as_it_was(client_as, case, capsys):
    browser = client_as("advisor")
    browser.get(case.get_absolute_url())
    before = Case.objects.get().assessments.latest("pk")
    post(browser, case, AMT_INCOME_TOTAL="90000")
    before.refresh_from_db()
    assert before.application["AMT_INCOME_TOTAL"] != 90_000.0
    call_command("replay_assessments")
    snapshot = browser.get(reverse("case_past", args=[case.reference, before.pk]))
    assert snapshot.status_code == 200


def test_untouched_answers_keep_their_value_to_the_last_digit(client_as, case, person):
    correct(case, person("advisor"), EXT_SOURCE_2=0.1234567890123456, AMT_ANNUITY=24_700.123456)
    record = Profile.objects.get().application
    post(client_as("advisor"), case, CNT_CHILDREN="2")
    assert Profile.objects.get().application == {**record, "CNT_CHILDREN": 2.0}


def test_french_forms_show_numbers_as_french_writes_them_and_keep_them_to_the_last_digit(
    client_as, case, person
):
    correct(case, person("advisor"), EXT_SOURCE_2=0.1234567890123456, AMT_ANNUITY=24_700.25)
    record = Profile.objects.get().application
    browser = client_as("advisor")
    case_url = reverse("case_correct", args=[case.reference])
    page = browser.get(case_url, headers={"accept-language": "fr"})
    shown = {field.get("id"): field["value"] for field in Elements(page.content.decode()).having("value")}
    assert (shown["id_EXT_SOURCE_2"], shown["id_AMT_ANNUITY"]) == ("0,123457", "24700,25")
    opened_in_english = {"EXT_SOURCE_2": "0.123457", "AMT_ANNUITY": "24700.25"}
    for children, numbers in ((5, shown), (6, opened_in_english)):
        answers = {name: numbers.get(f"id_{name}", numbers.get(name)) for name in opened_in_english}
        form = typed(case, **answers, CNT_CHILDREN=str(children))
        browser.post(case_url, form, headers={"accept-language": "fr"})
        assert Profile.objects.get().application == {**record, "CNT_CHILDREN": children}


def test_an_application_shown_and_sent_back_is_no_correction(client_as, case):
    answer = post(client_as("advisor"), case)
    assert answer.status_code == 409
    assert "Nothing differs" in answer.content.decode()
    assert not Correction.objects.exists()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scale=st.sampled_from([1.0, 0.02, 0.9144]), amount=st.floats(1_000, 9e6).map(lambda x: round(x, 2)))
def test_shown_and_sent_back_changes_nothing_at_any_scale(case, settings, scale, amount):
    settings.AMOUNT_SCALE = scale
    profile = Profile.objects.get(case=case)
    changed = {**profile.application, "AMT_INCOME_TOTAL": amount}
    profile = Profile.of_inputs(changed, profile.history, profile.history_rows, case=case)
    profile.save(force_update=True)
    fresh = Case.objects.get(pk=case.pk)
    form = CorrectionForm(typed(fresh), case=fresh)
    assert form.is_valid(), form.errors
    assert form.changes() == {}


def test_an_emptied_field_is_missing_and_an_invalid_one_is_named(client_as, case):
    browser = client_as("advisor")
    assert post(browser, case, EXT_SOURCE_2="").status_code == 302
    assert "EXT_SOURCE_2" not in Profile.objects.get().application
    answer = post(browser, case, AMT_CREDIT="-5")
    assert answer.status_code == 422
    assert 'href="#id_AMT_CREDIT"' in answer.content.decode()
    assert Correction.objects.count() == 1


def test_the_amounts_of_the_case_follow(client_as, case):
    post(client_as("advisor"), case, AMT_CREDIT="300000", AMT_ANNUITY="20000")
    stored = Case.objects.get()
    assert [stored.amount_credit, stored.amount_annuity] == [Decimal(300_000), Decimal(20_000)]


def test_who_was_slower_changes_nothing(client_as, case, person):
    sent = typed(case, AMT_INCOME_TOTAL="90000")
    correct(case, person("manager"), CNT_CHILDREN=1.0)
    answer = client_as("advisor").post(reverse("case_correct", args=[case.reference]), sent)
    assert answer.status_code == 409
    assert "was changed while you were writing" in answer.content.decode()
    assert Profile.objects.get().application["AMT_INCOME_TOTAL"] != 90_000.0


def test_a_decided_a_claimed_and_an_escalated_case_are_not_corrected(case_of, person):
    advisor = person("advisor")
    claimed = case_of("advisor")
    services.claim(case=claimed, by=person("manager"))
    escalated = case_of("advisor")
    services.escalate(case=escalated, reason="Above what I decide alone, please look.", by=advisor)
    closed = decided(case_of("advisor"))
    for case, refusal in ((claimed, "claimed"), (escalated, "with a manager"), (closed, "Already decided")):
        with pytest.raises(ActRefused, match=refusal):
            correct(getattr(case, "case", case), advisor, CNT_CHILDREN=3.0)
    assert not Correction.objects.exists()


def test_the_page_of_a_case_that_is_not_open_says_why_and_has_no_form(client_as, case):
    services.claim(case=case, by=case.advisor)
    answer = client_as("manager").get(reverse("case_correct", args=[case.reference]))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "has claimed this case" in page
    assert 'name="profile_digest"' not in page


def test_only_who_works_on_the_case_corrects_it(case, person):
    for name in ("colleague", "auditor", "analyst"):
        with pytest.raises(PermissionDenied):
            correct(case, person(name), CNT_CHILDREN=3.0)


@pytest.mark.parametrize(
    "change", ["UPDATE creditdesk_correction SET digest = 'x'", "DELETE FROM creditdesk_correction"]
)
def test_the_database_refuses_to_change_a_correction(case, person, change):
    correct(case, person("advisor"), CNT_CHILDREN=3.0)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_history_tells_what_was_there_before(client_as, case, person):
    correct(case, person("advisor"), NAME_INCOME_TYPE="Pensioner")
    page = client_as("advisor").get(f"{case.get_absolute_url()}history/").content.decode()
    assert "Application corrected" in page
    assert "Source of income: Employee → Pensioner" in page
    assert REASON in page


def test_a_correction_and_its_assessment_are_stored_together_or_not_at_all(case, person, monkeypatch):
    stored, assessments = Profile.objects.get(case=case).digest, case.assessments.count()

    def fail(**_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("creditdesk.services.correction.assess", fail)
        with pytest.raises(OSError, match="disk is full"):
            correct(case, person("advisor"), AMT_INCOME_TOTAL=90_000.0)
    assert not Correction.objects.exists()
    assert (Profile.objects.get(case=case).digest, case.assessments.count()) == (stored, assessments)
    correct(case, person("advisor"), AMT_INCOME_TOTAL=90_000.0)
    latest = Case.objects.get(pk=case.pk).latest_assessment
    assert latest
    assert latest.profile_digest == Profile.objects.get(case=case).digest != stored


def test_nobody_decides_on_a_file_that_was_replaced_before_it_is_assessed(case, person):
    read = services.assess(case=case, by=person("advisor"))
    profile = Profile.objects.get(case=case)
    inputs = {**profile.application, "AMT_INCOME_TOTAL": 90_000.0}
    Profile.of_inputs(inputs, profile.history, profile.history_rows, case=case).save(force_update=True)
    with pytest.raises(DecisionRefused, match="application was changed meanwhile"):
        services.decide(case=case, assessment=read, outcome=read.verdict, by=person("advisor"))
    assert not Decision.objects.exists()
    fresh = services.assess(case=Case.objects.get(pk=case.pk), by=person("advisor"))
    assert (
        services.decide(case=case, assessment=fresh, outcome=fresh.verdict, by=person("advisor")).assessment
        == fresh
    )


@pytest.mark.parametrize("passed_on", ["to a colleague", "to a team", "to a manager"])
def test_who_passed_a_case_on_corrects_it_no_more(client_as, case, person, passed_on):
    by, manager = person("advisor"), person("manager")
    team = services.make_team(name="North", by=manager)
    services.add_member(team=team, person=person("colleague"), by=manager)
    if passed_on == "to a manager":
        services.escalate(case=case, reason=REASON, by=by)
    else:
        services.decide(
            case=case, assessment=services.assess(case=case, by=by), outcome="refer", by=by,
            refer_to=team if passed_on == "to a team" else person("colleague"),
            reason_code="other", reason=REASON,
        )  # fmt: skip
    with pytest.raises(ActRefused):
        correct(case, by, AMT_INCOME_TOTAL=90_000.0)
    with pytest.raises(ActRefused):
        services.declare_charges(
            case=case, by=by,
            declaration=services.ChargesDeclaration(housing=1.0, loans=0.0, other=0.0, members=1),
        )  # fmt: skip
    assert reverse("case_correct", args=[case.reference]) not in (
        client_as("advisor").get(reverse("case_client", args=[case.reference])).content.decode()
    )
    assert not Correction.objects.exists()
    assert not case.charges.exists()
    holder = manager if passed_on == "to a manager" else person("colleague")
    assert correct(Case.objects.get(), holder, AMT_INCOME_TOTAL=90_000.0).corrected_by == holder


def test_a_manager_who_passed_a_case_on_corrects_it_no_more(case, person):
    services.escalate(case=case, reason=REASON, by=person("manager"))
    with pytest.raises(ActRefused, match="another person has answered"):
        correct(case, person("manager"), AMT_INCOME_TOTAL=90_000.0)
    assert not Correction.objects.exists()
