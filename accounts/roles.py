"""The role table, once, as data. Every permission check in the project ends here."""

from typing import Final, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RoleHolder(Protocol):
    """Anything with a role that counts while the account is active: the user model, without importing it."""

    role: str
    is_active: bool


class Role(TextChoices):
    ADVISOR = "advisor", _("Advisor")
    MANAGER = "manager", _("Manager")
    ANALYST = "analyst", _("Analyst")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Administrator")


_ADVISOR: Final = frozenset(
    {
        "creditdesk.view_case",
        "creditdesk.add_case",
        "creditdesk.assess_case",
        "creditdesk.decide_case",
        "creditdesk.give_opinion",
        "creditdesk.correct_case",
        "creditdesk.add_note",
        "creditdesk.add_declaredcharges",
        "creditdesk.add_document",
        "creditdesk.remove_document",
        "creditdesk.claim_case",
        "creditdesk.snooze_case",
        "creditdesk.record_absence",
        "creditdesk.escalate_case",
        "creditdesk.contest_decision",
        "creditdesk.withdraw_case",
        "creditdesk.write_letter",
        "accounts.add_apikey",
    }
)

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    Role.ADVISOR: _ADVISOR,
    Role.MANAGER: _ADVISOR
    | {
        "creditdesk.view_all_cases",
        "creditdesk.view_blind_verdict",
        "creditdesk.check_decision",
        "creditdesk.release_claim",
        "creditdesk.assign_case",
        "creditdesk.manage_teams",
        "creditdesk.record_any_absence",
        "creditdesk.answer_escalation",
        "creditdesk.examine_contest",
        "creditdesk.reopen_case",
        "creditdesk.export_cases",
        "creditdesk.view_portfolio",
        "creditdesk.erase_client",
        "creditdesk.merge_clients",
        "creditdesk.view_monthlyoutcome",
        "scoring.view_modelversion",
        "scoring.view_policy",
        "scoring.propose_policy",
        "scoring.publish_policy",
        "scoring.view_losstable",
        "scoring.propose_losstable",
        "scoring.publish_losstable",
    },
    Role.ANALYST: frozenset(
        {
            "accounts.add_apikey",
            "scoring.view_modelversion",
            "scoring.view_drift",
            "scoring.propose_model",
            "scoring.view_policy",
            "creditdesk.view_monthlyoutcome",
        }
    ),
    Role.AUDITOR: frozenset(
        {
            "creditdesk.view_case",
            "creditdesk.view_all_cases",
            "creditdesk.view_blind_verdict",
            "creditdesk.view_portfolio",
            "creditdesk.view_monthlyoutcome",
            "scoring.view_modelversion",
            "scoring.view_drift",
            "scoring.view_policy",
            "scoring.view_losstable",
            "accounts.view_auditevent",
            "accounts.view_admin",
            "accounts.add_apikey",
            "creditdesk.view_operations",
        }
    ),
    Role.ADMIN: frozenset(
        {
            "scoring.view_modelversion",
            "scoring.propose_model",
            "scoring.activate_model",
            "scoring.suspend_model",
            "scoring.view_policy",
            "scoring.publish_policy",
            "scoring.view_losstable",
            "scoring.publish_losstable",
            "creditdesk.erase_client",
            "creditdesk.view_operations",
            "creditdesk.manage_teams",
            "accounts.view_auditevent",
            "accounts.view_admin",
            "accounts.view_user",
            "accounts.add_user",
            "accounts.change_user",
            "accounts.view_rolerequest",
            "accounts.answer_rolerequest",
            "accounts.add_apikey",
            "accounts.revoke_apikey",
        }
    ),
}


def adds_rights(previous: str, role: str) -> bool:
    """Whether the second role may anything that the first may not."""
    return not PERMISSIONS[role] <= PERMISSIONS.get(previous, frozenset())


def roles_with(permission: str) -> list[str]:
    """The roles that have a permission."""
    return [role for role, permissions in PERMISSIONS.items() if permission in permissions]


def permissions_of(user: RoleHolder) -> frozenset[str]:
    return PERMISSIONS.get(user.role, frozenset()) if user.is_active else frozenset()
