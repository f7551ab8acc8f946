"""Role tables: every address requested by every role, on their own and on a colleague's case."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from creditdesk import services as desk
from creditdesk.letters.document_request import ask_for_documents
from creditdesk.models import Absence, Case, Decision, Note, SavedView
from scoring import services
from tests.creditdesk import policies
from tests.creditdesk.loss_tables import proposed_table, published_table
from tests.drift_reports import drift_report
from tests.factories import PEOPLE, assessed, attached
from tests.scoring.modelfolder import tiny_model

pytestmark = pytest.mark.django_db

ADVISOR, COLLEAGUE, MANAGER, ANALYST, AUDITOR, ADMIN = (
    "advisor",
    "colleague",
    "manager",
    "analyst",
    "auditor",
    "admin",
)
EVERYONE = set(PEOPLE)
DESK = {ADVISOR, COLLEAGUE, MANAGER}

# Who gets through to an address that is about no case in particular.
PAGES = {
    "home": EVERYONE,
    "api_docs": EVERYONE,
    "about_model": EVERYONE,
    "help": EVERYONE,
    "case_list": DESK | {AUDITOR},
    "case_new": DESK,
    "case_export": {MANAGER},
    "absences": DESK,
    "notifications": DESK | {AUDITOR},
    "notification_count": DESK | {AUDITOR},
    "portfolio": {MANAGER, AUDITOR},
    "outcomes": {MANAGER, ANALYST, AUDITOR},
    "policy_list": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "policy_desk": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "policy_export": {MANAGER},
    "breakdown": {MANAGER, AUDITOR},
    "breakdown_export": {MANAGER},
    "expected_loss": {MANAGER, AUDITOR, ADMIN},
    "expected_loss_export": {MANAGER},
    "model_list": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_detail": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_card": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_explanation": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_fairness": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_comparison": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_at": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_pair": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_shadow": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "drift": {ANALYST, AUDITOR},
    "operations": {AUDITOR, ADMIN},
    "admin:index": {AUDITOR, ADMIN},
    "admin:accounts_auditevent_changelist": {AUDITOR, ADMIN},
    "admin:accounts_user_changelist": {ADMIN},
    "admin:accounts_user_sessions": {ADMIN},
    "admin:accounts_rolerequest_changelist": {ADMIN},
    "admin:creditdesk_assessment_changelist": {AUDITOR},
    "admin:creditdesk_decision_changelist": {AUDITOR},
}
# Who gets through to a case in the portfolio of `advisor`: GET, or POST where the second word says so.
CASES = {
    ("case_detail", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_why", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_whatif", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_compare", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_client", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_history", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_assess", "post"): {ADVISOR, MANAGER},
    ("case_decide", "post"): {ADVISOR, MANAGER},
    ("case_correct", "get"): {ADVISOR, MANAGER},
    ("case_correct", "post"): {ADVISOR, MANAGER},
    ("case_correct_history", "get"): {ADVISOR, MANAGER},
    ("case_correct_history", "post"): {ADVISOR, MANAGER},
    ("case_check", "post"): {MANAGER},
    ("case_notes", "post"): {ADVISOR, MANAGER},
    ("case_note_change", "post"): {ADVISOR},
    ("case_note_remove", "post"): {ADVISOR},
    ("case_charges", "post"): {ADVISOR, MANAGER},
    ("case_claim", "post"): {ADVISOR, MANAGER},
    ("case_release", "post"): {ADVISOR, MANAGER},
    ("case_share", "post"): {ADVISOR, MANAGER},
    ("case_timeline_export", "get"): {MANAGER},
    ("case_assign", "post"): {MANAGER},
    ("case_snooze", "post"): {ADVISOR, MANAGER},
    ("case_wake", "post"): {ADVISOR, MANAGER},
    ("case_escalate", "post"): {ADVISOR, MANAGER},
    ("case_answer", "post"): {MANAGER},
    ("case_contest", "post"): {ADVISOR, MANAGER},
    ("case_examine", "post"): {MANAGER},
    ("case_withdraw", "post"): {ADVISOR, MANAGER},
    ("case_reopen", "post"): {MANAGER},
    ("case_past", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_letter", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_documents", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_documents", "post"): {ADVISOR, MANAGER},
    ("document_file", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("document_remove", "post"): {ADVISOR, MANAGER},
    ("document_request", "post"): {ADVISOR, MANAGER},
    ("document_request_letter", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_explanation", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_simulate", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_simulate", "post"): {ADVISOR, MANAGER},
    ("scenario_save", "post"): {ADVISOR, MANAGER},
    ("scenario_delete", "post"): {ADVISOR, MANAGER},
    ("case_counterfactuals", "get"): {ADVISOR, MANAGER, AUDITOR},
}
# Of these, those whose address has a number beside the reference.
NUMBERED = {
    "case_note_change",
    "case_note_remove",
    "case_past",
    "document_file",
    "document_remove",
    "document_request_letter",
}
# Who gets through to an act on model versions, and to the pages of a proposal (by the analyst) and a report.
MODELS = {
    ("model_propose", "post"): {ANALYST, ADMIN},
    ("model_challenger", "post"): {ANALYST, ADMIN},
    ("model_switch", "post"): {ADMIN},
    ("proposal_detail", "get"): {MANAGER, ANALYST, AUDITOR, ADMIN},
    ("proposal_answer", "post"): {ADMIN},
    ("proposal_withdraw", "post"): {ANALYST},
    ("drift_report", "get"): {ANALYST, AUDITOR},
    ("drift_evidently", "get"): {ANALYST, AUDITOR},
}
# Who gets through to an act on policies, and to the page of a proposal (by the manager).
POLICIES = {
    ("policy_propose", "post"): {MANAGER},
    ("policy_detail", "get"): {MANAGER, ANALYST, AUDITOR, ADMIN},
    ("policy_answer", "post"): {MANAGER, ADMIN},
    ("policy_withdraw", "post"): {MANAGER},
}
# Who gets through to an act on loss tables.
LOSS_TABLES = {
    ("loss_table_propose", "post"): {MANAGER},
    ("loss_table_answer", "post"): {MANAGER, ADMIN},
    ("loss_table_withdraw", "post"): {MANAGER},
}
# Who may act on a case that is not there yet.
NEW = {"draft_save": DESK, "draft_delete": DESK, "case_file": DESK}
# Who may act on many cases, or on an absence that is not theirs.
MANY = {
    "cases_assign": {MANAGER},
    "absence_cancel": {ADVISOR, MANAGER},
    "notifications_read": DESK | {AUDITOR},
    "view_save": DESK | {AUDITOR},
    "view_delete": {MANAGER},
    "columns_choose": DESK | {AUDITOR},
    "palette": EVERYONE,
}
# Opened by a key, one of them by a session too: walked in tests/creditdesk/api/.
KEYS = {"api_openapi", "api-root", "predict", "explain", "predict_batch", "model"}
# Reachable without signing in.
# Those of the demo answer 404 in every other installation: see test_demo.
PUBLIC = {"healthz", "metrics", "readyz", "set_language", "demo_welcome", "demo_sign_in"}


def args_of(page: str) -> list[str | int]:
    if page == "admin:accounts_user_sessions":
        # A stranger is sent away whether or not anybody is there.
        newest = User.objects.order_by("pk").last()
        return [newest.pk if newest else 1]
    return ["tiny-1"] if page in {"model_detail", "model_card", "model_explanation", "model_fairness"} else []


def address(page: str, case: Case) -> str:
    """Return the address of a case's page; some need an assessment, a document or a letter."""
    numbers: list[int | str | None] = []
    if page == "case_correct_history":
        numbers = ["bureau"]
    elif page == "case_past":
        numbers = [assessed(case).latest_assessment_id]
    elif page in {"document_file", "document_remove"}:
        # Each page has a file of its own: the same one is not attached twice.
        numbers = [attached(case, content=f"%PDF-1.4 {page}".encode()).pk]
    elif page in {"case_note_change", "case_note_remove"}:
        numbers = [desk.add_note(case=case, text="Mine.", by=case.advisor).pk]
    elif page == "document_request_letter":
        numbers = [ask_for_documents(case=case, kinds=["tax"], language="fr", by=case.advisor).pk]
    return reverse(page, args=[case.reference, *numbers])


@pytest.mark.parametrize("name", sorted(PEOPLE))
@pytest.mark.parametrize("page", sorted(PAGES))
def test_each_page_opens_for_its_roles_alone(client_as, model_in_use, person, page, name):
    if page == "expected_loss_export":
        published_table(person(MANAGER), person(ADMIN))
    status = client_as(name).get(reverse(page, args=args_of(page))).status_code
    if name in PAGES[page]:
        assert status in {200, 302}
    else:
        assert status == 403


@pytest.mark.parametrize("name", sorted(PEOPLE))
@pytest.mark.parametrize(("page", "method"), sorted(MODELS))
def test_each_act_on_models_is_for_its_roles_alone(client_as, model_in_use, numbers, page, method, name):
    args = [numbers[page.split("_")[0]]] if page.split("_")[0] in numbers else []
    status = getattr(client_as(name), method)(reverse(page, args=args)).status_code
    assert status in ({200, 302, 409, 422} if name in MODELS[page, method] else {403, 404})


@pytest.mark.parametrize("name", sorted(PEOPLE))
@pytest.mark.parametrize(("page", "method"), sorted(POLICIES))
def test_each_act_on_policies_is_for_its_roles_alone(client_as, model_in_use, person, page, method, name):
    args = [] if page == "policy_propose" else [policies.proposed(person(MANAGER)).pk]
    status = getattr(client_as(name), method)(reverse(page, args=args)).status_code
    assert status in ({200, 302, 409, 422} if name in POLICIES[page, method] else {403, 404})


@pytest.mark.parametrize("name", sorted(PEOPLE))
@pytest.mark.parametrize(("page", "method"), sorted(LOSS_TABLES))
def test_each_act_on_loss_tables_is_for_its_roles_alone(client_as, person, page, method, name):
    args = [] if page == "loss_table_propose" else [proposed_table(person(MANAGER)).pk]
    status = getattr(client_as(name), method)(reverse(page, args=args)).status_code
    assert status in ({200, 302, 409, 422} if name in LOSS_TABLES[page, method] else {403, 404})


@pytest.mark.parametrize("name", sorted(PEOPLE))
@pytest.mark.parametrize("page", sorted(NEW))
def test_new_cases_are_for_the_desk_alone(client_as, model_in_use, page, name):
    status = client_as(name).post(reverse(page)).status_code
    assert status in ({302, 422} if name in NEW[page] else {403})


@pytest.mark.parametrize("name", sorted(PEOPLE))
@pytest.mark.parametrize("page", sorted(MANY))
def test_each_act_beyond_a_case_is_for_its_roles_alone(client_as, person, page, name):
    day = timezone.localdate()
    absence = Absence.objects.create(
        person=person(ADVISOR), recorded_by=person(ADVISOR), from_on=day, until_on=day
    )
    view = SavedView.objects.create(owner=person(MANAGER), name="Mine")
    args = {"absence_cancel": [absence.pk], "view_delete": [view.pk]}.get(page, [])
    status = client_as(name).post(reverse(page, args=args)).status_code
    assert status in ({200, 302} if name in MANY[page] else {403, 404})


@pytest.fixture
def numbers(person, settings, tmp_path) -> dict[str, int]:
    """A proposal by the analyst, and a drift report with Evidently's page."""
    tiny_model(settings.ML_ARTIFACTS, name=f"tiny-{tmp_path.name}")
    version = services.register(name=f"tiny-{tmp_path.name}", by=None)
    proposal = services.propose(version=version, reason="Better on the same clients.", by=person(ANALYST))
    settings.DRIFT_REPORTS = tmp_path
    report = drift_report(page="<p>Evidently</p>")
    return {"proposal": proposal.pk, "drift": report.pk}


@pytest.mark.parametrize("name", sorted(PEOPLE))
@pytest.mark.parametrize(("page", "method"), sorted(CASES))
def test_a_case_opens_for_its_advisor_and_for_who_sees_all(
    client_as, model_in_use, case_of, page, method, name
):
    case = case_of(ADVISOR)
    status = getattr(client_as(name), method)(address(page, case)).status_code
    if name in CASES[page, method]:
        assert status in {200, 302, 409, 422}
    else:
        assert status in {403, 404}


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
