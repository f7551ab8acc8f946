"""Every page of the desk by its address, for who sees most of it, on a desk where no page is empty."""

from collections.abc import Iterator, Mapping
from typing import Final

from allauth.mfa.models import Authenticator
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.administration.site import site
from accounts.models import User
from creditdesk import services
from creditdesk.demo.comparison import add_comparison
from creditdesk.models import Assessment, Case
from scoring import services as versions
from scoring.models import DriftReport, Policy, Proposal
from tests.accounts.sign_in.authenticator import enrolled
from tests.creditdesk import policies
from tests.creditdesk.loss_tables import proposed_table, published_table
from tests.drift_reports import drift_report
from tests.factories import CaseFactory, UserFactory, assessed, decided, proposed, reassessed

MODEL: Final = "demo-2026-11-29"
CHALLENGER: Final = "demo-challenger-2026-11-29"
CASES: Final = {"pending": "100001", "waiting": "100002", "contested": "100003", "escalated": "100004"}
# Stands for the number of the newest row.
NEWEST: Final = "newest"
# The advisor's passkey.
PASSKEY: Final = "7"
CASE_TABS: Final = ("case_why", "case_whatif", "case_compare", "case_client", "case_history")

# URL names and their arguments; without a role: nobody has signed in.
PAGES: Final[dict[str, list[tuple[str, list[str]]]]] = {
    "": [("account_login", []), ("account_inactive", [])],
    "advisor": [
        *((name, [CASES["pending"]]) for name in ("case_detail", *CASE_TABS)),
        *((name, [CASES["pending"]]) for name in ("case_simulate", "case_counterfactuals")),
        ("case_past", [CASES["pending"], NEWEST]),
        *(("case_detail", [CASES[state]]) for state in ("waiting", "contested", "escalated")),
        ("case_documents", [CASES["pending"]]),
        ("case_correct", [CASES["pending"]]),
        ("case_correct_history", [CASES["pending"], "previous_application"]),
        *((name, []) for name in ("case_list", "case_new", "help", "about_model", "api_docs")),
        *((f"account_{page}", []) for page in ("change_password", "logout", "reauthenticate")),
        *((f"mfa_{page}", []) for page in ("index", "activate_totp", "add_webauthn", "reauthenticate")),
        *((f"mfa_{page}", [PASSKEY]) for page in ("edit_webauthn", "remove_webauthn")),
        ("mfa_reauthenticate_webauthn", []),
        *(
            (name, [])
            for name in ("usersessions_list", "preferences", "api_keys", "absences", "notifications")
        ),
    ],
    "manager": [
        *(("case_detail", [CASES[state]]) for state in ("waiting", "contested", "escalated")),
        ("case_list", []),
        ("portfolio", []),
        ("portfolio_totals", []),
        ("policy_list", []),
        ("policy_desk", []),
        ("policy_detail", [NEWEST]),
        ("expected_loss", []),
        ("breakdown", []),
        ("model_shadow", []),
        ("client_merge", [CASES["waiting"]]),
        ("teams", []),
    ],
    "analyst": [
        *((f"model_{page}", []) for page in ("list", "comparison", "at", "pair")),
        *((f"model_{page}", [MODEL]) for page in ("detail", "performance", "weaknesses")),
        *((f"model_{page}", [MODEL]) for page in ("explanation", "dependence", "interactions")),
        *((f"model_{page}", [MODEL]) for page in ("card", "fairness")),
        ("drift", []),
        ("outcomes", []),
        *((name, [NEWEST]) for name in ("drift_report", "drift_performance", "drift_reports")),
        ("proposal_detail", [NEWEST]),
    ],
    "admin": [
        ("proposal_detail", [NEWEST]),
        ("operations", []),
        ("admin:index", []),
        ("admin:accounts_user_add", []),
        ("admin:accounts_user_sessions", [NEWEST]),
    ],
    "auditor": [("admin:index", []), ("case_detail", [CASES["contested"]])],
}
# No pages of the desk's own, or of a state of the account that the tests of signing in make.
NO_PAGES: Final = frozenset(
    {
        *("notification_count", "case_opened", "case_timeline_export"),
        *(
            "case_letter",
            "case_explanation",
            "document_file",
            "document_request_letter",
            "case_export",
            "policy_export",
            "expected_loss_export",
            "breakdown_export",
            "healthz",
            "readyz",
            "metrics",
            "set_language",
        ),
        *("api_openapi", "api-root", "predict", "explain", "predict_batch", "model", "drift_evidently"),
        *("home", "demo_sign_in", "demo_welcome", "invitation", "mfa_authenticate", "mfa_deactivate_totp"),
        *("mfa_login_webauthn", "oidc_login", "oidc_callback", "oidc_logout"),
        *("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes"),
    }
)
POSTED: Final = frozenset(
    {
        *(
            "case_assess",
            "case_decide",
            "case_opinion",
            "case_check",
            "case_notes",
            "case_claim",
            "case_release",
            "case_share",
        ),
        *("case_assign", "cases_assign", "case_snooze", "case_wake", "absence_cancel"),
        *("team_add", "team_remove"),
        *("notifications_read", "view_save", "view_delete", "columns_choose", "palette"),
        *("case_escalate", "case_answer", "case_contest", "case_examine", "case_file", "draft_save"),
        *("draft_delete", "scenario_save", "scenario_delete", "model_propose", "model_challenger"),
        *("model_switch", "proposal_answer", "proposal_withdraw", "api_key_rotate", "api_key_revoke"),
        *("policy_propose", "policy_answer", "policy_withdraw"),
        *("loss_table_propose", "loss_table_answer", "loss_table_withdraw"),
        *("case_withdraw", "case_reopen", "case_note_change", "case_note_remove"),
        *("document_remove", "document_request", "case_charges"),
        "client_part",
    }
)


def full_desk() -> None:
    """The demo model, cases in every state, a proposal, a comparison and a drift report."""
    people = {name: UserFactory(username=name, role=name) for name in PAGES if name}
    versions.activate(version=versions.register(name=MODEL, by=None), by=None, reason="")
    other = versions.register(name=CHALLENGER, by=None)
    versions.propose(version=other, reason="Better on the same clients.", by=people["analyst"])
    policies.published(people["manager"], people["admin"])
    policies.proposed(people["manager"], refuse_from=0.3)
    published_table(people["manager"], people["admin"])
    proposed_table(people["manager"], lgd_cash=0.5)
    add_comparison()
    drift_report(income=0.7)
    advisor = people["advisor"]
    Authenticator.objects.create(pk=PASSKEY, user=advisor, type="webauthn", data=enrolled("Laptop"))
    cases = {state: _case(reference, advisor) for state, reference in CASES.items()}
    _act(cases, advisor)


def _case(reference: str, advisor: User) -> Case:
    name = "Marie-Thérèse de La Rochefoucauld-Montmorency"
    case: Case = CaseFactory(reference=reference, advisor=advisor, name=name, amount_credit=1_234_567)
    return case


def _act(cases: Mapping[str, Case], advisor: User) -> None:
    services.assess(case=cases["pending"], by=advisor)
    services.add_note(case=cases["pending"], text="Called back.", by=advisor)
    first = services.assess(case=cases["waiting"], by=advisor)
    proposed(reassessed(first, "refuse"), advisor)
    decided(assessed(cases["contested"], 0.3, "refuse"), "refuse")
    statement = "My income has risen since, and the loan at the other bank is repaid."
    today = timezone.localdate()
    services.contest(case=cases["contested"], by=advisor, client_statement=statement, received_on=today)
    services.assess(case=cases["escalated"], by=advisor)
    services.escalate(case=cases["escalated"], by=advisor, reason="The employer must be called first.")


def addresses(role: str) -> list[str]:
    """Return the addresses of this role's pages, those of the administration included."""
    numbers = {
        "case_past": Assessment.objects.filter(case__reference=CASES["pending"]),
        **dict.fromkeys(("drift_report", "drift_performance", "drift_reports"), DriftReport.objects.all()),
        "proposal_detail": Proposal.objects.all(),
        "policy_detail": Policy.objects.all(),
        # Whoever has just been given a session.
        "admin:accounts_user_sessions": User.objects.filter(username="admin"),
    }
    pages = [
        reverse(name, args=[numbers[name].latest("pk").pk if arg == NEWEST else arg for arg in args])
        for name, args in PAGES[role]
    ]
    return [*pages, *(_administration(role) if role in {"admin", "auditor"} else [])]


def _administration(role: str) -> Iterator[str]:
    """Lists that this role may read there, and the newest row of each."""
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(username=role)
    for model, model_admin in site._registry.items():
        if not model_admin.has_view_permission(request):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if row := model._default_manager.order_by("-pk").first():
            yield reverse(f"{name}_change", args=[row.pk])


def page_names() -> set[str]:
    """Return the URL names of everything that answers outside the administration."""
    return set(_names(get_resolver().url_patterns)) - NO_PAGES - POSTED


def _names(patterns) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace is None:
            yield from _names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name
