"""A notification: something happened on a case that a person should know."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from creditdesk.models.case import Case

if TYPE_CHECKING:
    from accounts.models import User


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, person: "User") -> Self:
        return self.filter(recipient=person)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def visible_to(self, person: "User") -> Self:
        """The person's own, of cases that they may still see."""
        # By the key of each case: a list of every case in the scope would be read for a count of three.
        return self.of(person).filter(Exists(Case.objects.visible_to(person).filter(pk=OuterRef("case"))))


class Notification(models.Model):
    """Without words of its own: what is to be read stands on the case, under the case's row scope."""

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("A case was assigned to you")
        HANDED_ON = "handed_on", _("A case was handed on to you")
        REFERRED = "referred", _("A case was referred to you")
        OFFERED = "offered", _("Cases wait for whoever takes them")
        SECOND_OPINION = "second_opinion", _("A decision waits for a second person")
        ESCALATED = "escalated", _("A case was passed on to a manager")
        ANSWERED = "answered", _("A manager answered your escalation")
        CONTESTED = "contested", _("A client contests a decision")
        DECIDED = "decided", _("Your case was decided by somebody else")
        NOT_APPROVED = "not_approved", _("A proposed decision was not approved: the case waits")
        WITHDRAWN = "withdrawn", _("A client withdrew an application")
        REOPENED = "reopened", _("A case was opened again")
        MENTIONED = "mentioned", _("A note mentions you")
        OVERDUE = "overdue", _("Your case is overdue")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(_("what"), max_length=14, choices=Kind.choices)
    # By whose act; null: by the rules or by the calendar.
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(_("when"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True)
    # Since when it stands in a digest that was sent.
    mailed_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["recipient"], condition=models.Q(read_at__isnull=True), name="notification_unread"
            )
        ]
        constraints = [
            # Read or not: an overdue case is reported once to each of its advisors.
            models.UniqueConstraint(
                fields=["recipient", "case"],
                condition=models.Q(kind="overdue"),
                name="overdue_is_reported_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.kind} {self.case_id}"
