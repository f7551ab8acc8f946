from datetime import datetime
from typing import Any, ClassVar, Final, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.roles import Role, permissions_of
from accounts.sealed_rows import sealed


class DeskUserManager(UserManager["User"]):
    def create_superuser(self, username: str, *args: Any, **extra: Any) -> "User":
        """An installation's first user is an administrator; nobody is above the role table."""
        extra = {**extra, "role": Role.ADMIN, "is_superuser": False, "is_staff": False}
        return self.create_user(username, *args, **extra)


@sealed("id", "username", "role", "is_active", "is_staff", "is_superuser")
class User(AbstractUser):
    """A person of the bank. The role alone says what they may do: no group, flag or row adds to it."""

    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.ADVISOR)

    # Set by somebody else: the owner has to choose another one before anything else.
    must_change_password = models.BooleanField(_("must change the password"), default=False, editable=False)

    # One letter alone may be what somebody dictates: WCAG 2.1.4 asks for a way to turn such keys off.
    has_single_keys = models.BooleanField(
        _("Single keys"),
        default=True,
        help_text=_(
            "One letter moves or opens something. Turn them off if you dictate or touch keys by chance."
        ),
    )
    is_compact = models.BooleanField(
        _("Compact"), default=False, help_text=_("Less space between lines: more of a page fits the screen.")
    )

    wants_digest = models.BooleanField(
        _("Digest by e-mail"),
        default=False,
        help_text=_("Every morning, how many notifications wait for you. No name of a client is in it."),
    )
    # Columns of the case list that this person has hidden; null: never chosen.
    hidden_columns = models.JSONField(null=True, editable=False)

    objects: ClassVar[DeskUserManager] = DeskUserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [("view_admin", "Can open the administration site")]

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return perm in permissions_of(self)

    def has_module_perms(self, app_label: str) -> bool:
        return any(perm.startswith(f"{app_label}.") for perm in self.get_all_permissions())

    def get_all_permissions(self, obj: object = None) -> set[str]:
        return set(permissions_of(self))

    get_user_permissions = get_all_permissions

    def get_group_permissions(self, obj: object = None) -> set[str]:
        return set()


class RoleRequestQuerySet(models.QuerySet["RoleRequest"]):
    def pending(self) -> Self:
        return self.filter(answered_at__isnull=True)

    def with_people(self) -> Self:
        return self.select_related("user", "requested_by", "answered_by")


@sealed()
class RoleRequest(models.Model):
    """A role with more rights, or the return of a deactivated user, requested by one administrator and
    answered by another; until then the user stays as they are."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="role_requests", verbose_name=_("user")
    )
    previous_role = models.CharField(_("present role"), max_length=16, choices=Role.choices)
    role = models.CharField(_("requested role"), max_length=16, choices=Role.choices)
    # Whoever was deactivated may nothing at all: with any role, activating them again adds rights.
    reactivates = models.BooleanField(_("reactivates"), default=False, editable=False)
    requested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"), auto_now_add=True)
    outcome = models.CharField(_("answer"), max_length=8, choices=Outcome.choices, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered"), null=True)

    objects: ClassVar = RoleRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("role request")
        verbose_name_plural = _("role requests")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = [("answer_rolerequest", "Can answer a request for a role")]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(answered_at__isnull=True), name="one_pending_role_request"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, outcome="")
                | Q(answered_at__isnull=False, answered_by__isnull=False)
                & Q(outcome__in=["approved", "rejected"]),
                name="role_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True)
                | ~Q(answered_by=F("requested_by")) & ~Q(answered_by=F("user")),
                name="role_is_answered_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"


# Targets of acts that name no case, person or version.
_TARGETS: Final = {"policy": _("policy"), "loss table": _("loss table")}


class AuditEvent(AppendOnly):
    """One link of the audit chain: who did what to what. Holds no personal data of a client."""

    sequence = models.PositiveBigIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("time"), db_index=True)
    actor = models.CharField(_("who"), max_length=150, blank=True, db_index=True)
    action = models.CharField(_("what"), max_length=40, db_index=True)
    target = models.CharField(_("on what"), max_length=120, blank=True, db_index=True)
    details = models.JSONField(_("details"), default=dict)
    request_id = models.CharField(_("request"), max_length=36, blank=True, db_index=True)
    previous_hash = models.CharField(_("seal of the event before"), max_length=64)
    own_hash = models.CharField(_("seal"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-sequence"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.target_in_words}".strip()

    @property
    def target_in_words(self) -> str:
        """The target in the language in force; stored are English words and the version that they are of."""
        name = self.target.rstrip("0123456789").rstrip()
        return f"{_TARGETS[name]}{self.target.removeprefix(name)}" if name in _TARGETS else self.target


class AuditHead(models.Model):
    """The last link, kept beside the chain so that removing it shows. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.PositiveBigIntegerField(default=0)
    own_hash = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_audit_head")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.own_hash}"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, user: User) -> Self:
        """One's own keys; everybody's for who may revoke them."""
        return self if user.has_perm("accounts.revoke_apikey") else self.filter(owner=user)

    def usable(self) -> Self:
        return self.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())

    def unused_since(self, moment: datetime) -> Self:
        return self.filter(models.Q(last_used_at__isnull=True) | models.Q(last_used_at__lt=moment))


# Not the time of last use, which is no act.
@sealed(
    "id",
    "owner_id",
    "name",
    "prefix",
    "digest",
    "scopes",
    "per_minute",
    "created_at",
    "expires_at",
    "revoked_at",
)
class ApiKey(models.Model):
    """With it a program acts as its owner: with the owner's role and cases, within the key's scopes.

    Only a digest is kept. The key is 256 random bits, so a plain SHA-256 cannot be reversed by trying.
    """

    class Scope(models.TextChoices):
        PREDICT = "predict", _("ask for a verdict")
        EXPLAIN = "explain", _("ask for a verdict with its contributions and reasons")
        MODEL = "model", _("read which model answers")

    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="api_keys", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("key"), max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(_("allowed to"))
    per_minute = models.PositiveIntegerField(_("requests a minute"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at", "-pk"]
        permissions = [("revoke_apikey", "Can revoke anybody's API key")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now() and self.owner.is_active

    @property
    def scope_labels(self) -> list[str]:
        return [str(self.Scope(scope).label) for scope in self.scopes]


class CachedValueQuerySet(models.QuerySet["CachedValue"]):
    def unexpired(self, now: float) -> Self:
        return self.filter(expires_at__gt=now)


class CachedValue(models.Model):
    """A JSON value that all web processes share for a while: a counted attempt, a used code, a throttle."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    # Seconds since 1970, the same number in every database.
    expires_at = models.FloatField(db_index=True)

    objects = CachedValueQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
