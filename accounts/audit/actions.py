from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Everything that the audit log records."""

    SIGN_IN = "sign_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("failed to sign in")
    SIGN_OUT = "sign_out", _("signed out")
    SESSION_ENDED = "session_ended", _("session ended")
    PASSWORD_CHANGE = "password_change", _("changed the password")
    MFA_CHANGE = "mfa_change", _("changed the second factor")
    ACCESS_DENIED = "access_denied", _("was denied access")
    ADMIN_CHANGE = "admin_change", _("changed in administration")
    AUDIT_VIEWED = "audit_viewed", _("opened the audit log")
    IMPORT = "import", _("imported a portfolio")
    EXPORT = "export", _("exported case histories")
    CASE_ADDED = "case_added", _("entered a case")
    CASE_OPENED = "case_opened", _("opened a case")
    ASSESSMENT = "assessment", _("had a case assessed")
    DECISION = "decision", _("decided a case")
    OVERRIDE = "override", _("decided against the verdict")
    DECISION_CHECK = "decision_check", _("checked a colleague's decision")
    NOTE = "note", _("added a note")
    MODEL_REGISTERED = "model_registered", _("registered a model version")
    ACTIVATION = "activation", _("activated a model version")
