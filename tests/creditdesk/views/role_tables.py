"""Role tables: who gets through to every address of the desk, and how a test fills the addresses in."""

from django.urls import reverse

from accounts.models import User
from creditdesk import services as desk
from creditdesk.letters.document_request import ask_for_documents
from creditdesk.models import Case
from tests.factories import PEOPLE, assessed, attached

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
    "teams": {MANAGER, ADMIN},
    "notifications": DESK | {AUDITOR},
    "notification_count": DESK | {AUDITOR},
    "portfolio": {MANAGER, AUDITOR},
    "portfolio_totals": {MANAGER, AUDITOR},
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
    "model_performance": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_weaknesses": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_explanation": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_dependence": {MANAGER, ANALYST, AUDITOR, ADMIN},
    "model_interactions": {MANAGER, ANALYST, AUDITOR, ADMIN},
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
# Pages of one version of the model.
VERSION_PAGES = {
    f"model_{page}"
    for page in (
        *("detail", "performance", "weaknesses", "explanation", "dependence", "interactions"),
        *("fairness", "card"),
    )
}
# Who gets through to a case in the portfolio of `advisor`: GET, or POST where the second word says so.
CASES = {
    ("case_detail", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_why", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_whatif", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_compare", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_client", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_history", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_opened", "get"): {ADVISOR, MANAGER, AUDITOR},
    ("case_assess", "post"): {ADVISOR, MANAGER},
    ("case_decide", "post"): {ADVISOR, MANAGER},
    ("case_opinion", "post"): {ADVISOR, MANAGER},
    ("case_correct", "get"): {ADVISOR, MANAGER},
    ("case_correct", "post"): {ADVISOR, MANAGER},
    ("case_correct_history", "get"): {ADVISOR, MANAGER},
    ("case_correct_history", "post"): {ADVISOR, MANAGER},
    ("case_check", "post"): {MANAGER},
    ("client_merge", "get"): {MANAGER},
    ("client_merge", "post"): {MANAGER},
    ("client_part", "post"): {MANAGER},
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
# Of these, those whose address has a number, or the name of a table, beside the reference.
NUMBERED = {
    "case_correct_history",
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
    ("drift_performance", "get"): {ANALYST, AUDITOR},
    ("drift_reports", "get"): {ANALYST, AUDITOR},
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
    "team_add": {MANAGER, ADMIN},
    "team_remove": {MANAGER, ADMIN},
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
    return ["tiny-1"] if page in VERSION_PAGES else []


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
