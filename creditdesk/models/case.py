from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar, Final, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk.encryption.fields import EncryptedBinaryField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedRow, EncryptedRowQuerySet
from creditdesk.models import queue_conditions
from creditdesk.models.case_keys import case_keys, rows_of
from creditdesk.models.client import Client
from creditdesk.models.inputs import WithInputs, pack_inputs
from creditdesk.models.queue_conditions import any_of


def due_day(submitted_at: datetime) -> date:
    """The day by which a case that was submitted at that moment should be decided."""
    return timezone.localtime(submitted_at).date() + timedelta(days=settings.DECISION_DAYS)


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> Self:
        """The row scope: every case, or the user's portfolio, the shared cases, those that they referred and
        those of their teams."""
        scope = queue_conditions.visible(user)
        return self.filter(any_of(scope)) if scope else self.none()

    def of_person(self, client: Client) -> Self:
        """The cases of the person whom this record is about, whichever record they were entered under."""
        return self.filter(client__in=Client.objects.of_person(client).order_by().values("pk"))

    def decided(self) -> Self:
        """Cases closed by a final decision."""
        return self.filter(**{f"decisions__{name}": value for name, value in _CLOSES.items()})

    def waiting(self) -> Self:
        """Cases whose proposed decision a second person has to check."""
        return self.filter(queue_conditions.waiting())

    def withdrawn(self) -> Self:
        """Cases whose client has withdrawn the application."""
        # By the few withdrawals: a join would look at every case.
        return self.filter(pk__in=case_keys(rows_of("Withdrawal").in_force()))

    def erased(self) -> Self:
        """Cases of clients whose words were erased."""
        # By the few erased clients: a join would look at the client of every case.
        return self.filter(client__in=rows_of("Erasure").filter(client__isnull=False).values("client"))

    def pending(self) -> Self:
        """Cases without a decision that closes them; nobody decides on a client who has withdrawn, or whose
        words were erased."""
        return self.filter(queue_conditions.PENDING)

    def wrongly_marked(self) -> Self:
        """Cases whose mark contradicts their decisions, withdrawals and erasures: none, by the triggers."""
        closed = (
            queue_conditions.has(rows_of("Decision").filter(**_CLOSES))
            | queue_conditions.has(rows_of("Withdrawal").in_force())
            | Q(pk__in=Case.objects.erased().order_by().values("pk"))
        )
        return self.filter(Q(is_pending=True) & closed | Q(is_pending=False) & ~closed)

    def claimed_by(self, user: User) -> Self:
        return self.filter(queue_conditions.claimed_by(user))

    def unclaimed(self) -> Self:
        """Pending cases without an active claim."""
        return self.filter(queue_conditions.unclaimed())

    def free_for(self, user: User) -> Self:
        """Pending cases except those that are snoozed or claimed by somebody else."""
        return self.filter(queue_conditions.free_for(user))

    def snoozed(self) -> Self:
        """Cases that are put aside until a later day."""
        return self.filter(queue_conditions.snoozed())

    def unassigned(self) -> Self:
        """Pending cases that nobody works on: their advisor is away, gone, or decides no cases any more."""
        return self.filter(queue_conditions.unassigned())

    def to_decide_by(self, user: User) -> Self:
        """What waits for this person: own and claimed cases, and what the role answers, checks or reviews."""
        return self.filter(any_of(queue_conditions.to_decide_by(user)))

    def blind_for(self, user: User) -> Self:
        """Cases whose verdict this person does not see yet: drawn for a blind opinion, which they have not
        given, and never accepted nor refused by anybody."""
        if user.has_perm("creditdesk.view_blind_verdict"):
            return self.none()
        opinions = rows_of("BlindOpinion").filter(given_by=user)
        closing = rows_of("Decision").filter(outcome__in=_CLOSES["outcome__in"])
        # By the draws, which are few.
        drawn = rows_of("BlindDraw").filter(
            ~Exists(opinions.filter(case=OuterRef("case"))), ~Exists(closing.filter(case=OuterRef("case")))
        )
        return self.filter(pk__in=drawn.order_by().values("case"))

    def shared(self) -> Self:
        """Pending cases that every advisor, or everybody of a team, may claim."""
        return self.filter(any_of(queue_conditions.shared()))

    def escalated(self) -> Self:
        """Pending cases whose escalation no manager has answered."""
        return self.filter(queue_conditions.escalated())

    def contested(self) -> Self:
        """Cases with a contest that is not reviewed yet."""
        return self.filter(queue_conditions.contested())

    def late(self) -> Self:
        """Pending beyond their due date, or contested beyond the day by which the client has an answer."""
        return self.filter(any_of(queue_conditions.late()))


_CLOSES: Final[Mapping[str, object]] = {"status": "final", "outcome__in": ("accept", "refuse")}


class Case(models.Model):
    """One credit application under examination."""

    class Origin(models.TextChoices):
        IMPORTED = "imported", _("imported")
        MANUAL = "manual", _("entered by hand")
        DEMO = "demo", _("demo")

    reference = models.CharField(
        _("reference"), max_length=32, unique=True, validators=[RegexValidator(r"\A[0-9A-Za-z-]+\Z")]
    )
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="cases")
    advisor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cases")
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices, default=Origin.IMPORTED)
    submitted_at = models.DateTimeField(_("submitted"))
    contract_type = models.CharField(_("contract type"), max_length=40)
    amount_credit = models.DecimalField(_("credit"), max_digits=14, decimal_places=2)
    amount_annuity = models.DecimalField(_("annuity"), max_digits=14, decimal_places=2, null=True)
    # Since when every advisor may work on it; null while it is its own advisor's alone.
    shared_at = models.DateTimeField(_("shared with the team"), null=True, editable=False)
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    # Of the form that opened it, as it was sent: a form sent twice leads to the same case.
    entry_key = models.UUIDField(null=True, editable=False)
    # Kept by triggers, with what closes and reopens it: see `pending_mark`.
    is_pending = models.BooleanField(default=True, db_default=True, editable=False)
    # The newest assessment, kept here so that a list of 65,000 cases can be filtered by verdict.
    latest_assessment = models.OneToOneField(
        "Assessment", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(condition=Q(amount_credit__gt=0), name="credit_is_positive"),
            models.CheckConstraint(condition=~Q(reference=""), name="case_has_reference"),
            # With a condition, which makes it an index: SQLite would copy the table, without its triggers.
            models.UniqueConstraint(
                fields=["entry_key"], condition=Q(entry_key__isnull=False), name="one_case_an_entry"
            ),
        ]
        indexes = [
            models.Index(fields=["advisor", "-submitted_at"], name="case_of_advisor"),
            models.Index(fields=["-submitted_at", "id"], name="case_by_date"),
            models.Index(fields=["amount_credit"], name="case_by_amount"),
            models.Index(
                fields=["-submitted_at", "id", "advisor", "is_pending"],
                condition=queue_conditions.SHARED,
                name="case_shared",
            ),
            models.Index(fields=["submitted_at"], condition=Q(is_pending=True), name="case_pending"),
            models.Index(
                fields=["advisor", "submitted_at"],
                condition=Q(is_pending=True),
                name="case_pending_of_advisor",
            ),
        ]
        permissions = [
            ("view_all_cases", "Can see every advisor's cases"),
            ("assess_case", "Can have a case assessed by the model"),
            ("decide_case", "Can decide a case"),
            ("check_decision", "Can check a colleague's decision"),
            ("claim_case", "Can claim a case, and share it with the team"),
            ("assign_case", "Can assign cases to an advisor"),
            ("snooze_case", "Can put a case aside until a day"),
            ("release_claim", "Can release a colleague's claim"),
            ("escalate_case", "Can pass a case on to a manager"),
            ("answer_escalation", "Can answer an escalation"),
            ("contest_decision", "Can record that a client contests a decision"),
            ("examine_contest", "Can examine a contested decision"),
            ("write_letter", "Can write a letter to a client"),
            ("export_cases", "Can export case histories"),
            ("view_portfolio", "Can read the portfolio page"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("case_detail", args=[self.reference])

    def is_offered_to(self, person: User, since: datetime) -> bool:
        """Whether somebody else has shared it with every advisor after that moment: this person may take it,
        even if they had passed it on."""
        return self.shared_at is not None and self.shared_at > since and self.shared_by_id != person.pk

    @property
    def is_erased(self) -> bool:
        """Whether the words about its client were erased: what is left are its numbers and who did what."""
        return hasattr(self.client, "erasure")

    @property
    def due_on(self) -> date:
        """The day by which the case should be decided."""
        return due_day(self.submitted_at)


class Profile(WithInputs, EncryptedRow):
    """The model's inputs about a case: raw application columns and the history aggregates.

    Sex and family status are not here: see `MonitoringRecord`.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="profile")
    # Application and history by the layout of `scoring.ml.features.packing`.
    packed_inputs = EncryptedBinaryField()
    # Rows read per provided table; a table that is absent here was not provided, 0 means no history in it.
    history_rows = models.JSONField(_("history rows"), default=dict)
    digest = models.CharField(max_length=64)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects: ClassVar = EncryptedRowQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.case_id)

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id

    @classmethod
    def of_inputs(
        cls,
        application: Mapping[str, float | str],
        history: Mapping[str, float],
        history_rows: Mapping[str, int],
        *,
        case: Case | None = None,
    ) -> Self:
        """An unsaved profile of these inputs; without a case, of an application that was sent along."""
        packed = pack_inputs(application, history, history_rows)
        columns = {"packed_inputs": packed.row, "history_rows": dict(history_rows), "digest": packed.digest}
        return cls(case=case, **columns) if case else cls(**columns)


class MonitoringRecord(models.Model):
    """Protected characteristics and the observed outcome: for fairness and monitoring, never for scoring."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="monitoring")
    sex = models.CharField(_("sex"), max_length=3, blank=True)
    family_status = models.CharField(_("family status"), max_length=40, blank=True)
    defaulted = models.BooleanField(_("defaulted"), null=True)

    def __str__(self) -> str:
        return str(self.case_id)
