from django.db import migrations, models
from django.db.models import F, Q

from accounts.append_only import forbid_changes, forbid_column_changes


def mark_earlier_rows(apps, schema_editor):
    """A decision that was checked needed it; a contest that its recorder reviewed was allowed then."""
    decisions = apps.get_model("creditdesk", "Decision").objects
    decisions.filter(Q(status__in=["proposed", "rejected"]) | Q(checked_by__isnull=False)).update(needs_checker=True)
    contests = apps.get_model("creditdesk", "Contest").objects
    contests.filter(reviewer=F("opened_by")).update(separate_reviewer=False)


DECISION = (
    "case_id", "assessment_id", "outcome", "needs_checker", "is_override", "reason_code", "reason", "decided_by_id",
    "decided_at", "replaces_id",
)
CONTEST = (
    "case_id", "decision_id", "decided_by_id", "checked_by_id", "words", "received_on", "due_on",
    "separate_reviewer", "opened_by_id", "opened_at",
)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_api_keys"),
        ("creditdesk", "0008_field_names"),
    ]

    operations = [
        migrations.AddField(
            "decision",
            "needs_checker",
            models.BooleanField(default=False, editable=False, verbose_name="needs a second person"),
        ),
        migrations.AddField("contest", "separate_reviewer", models.BooleanField(default=True, editable=False)),
        migrations.RunPython(mark_earlier_rows, migrations.RunPython.noop),
        migrations.AddConstraint(
            "decision",
            models.CheckConstraint(
                condition=Q(needs_checker=False)
                | Q(status__in=["proposed", "rejected"])
                | Q(checked_by__isnull=False),
                name="final_has_checker",
            ),
        ),
        migrations.AddConstraint(
            "contest",
            models.CheckConstraint(
                condition=Q(separate_reviewer=False) | Q(reviewer__isnull=True) | ~Q(reviewer=F("opened_by")),
                name="recorder_does_not_examine",
            ),
        ),
        forbid_changes("creditdesk_note"),
        # SQLite has rebuilt these tables, and so dropped their triggers.
        forbid_changes("creditdesk_decision", verbs=["DELETE"]),
        forbid_changes("creditdesk_contest", verbs=["DELETE"]),
        forbid_column_changes(
            "creditdesk_decision", *DECISION, once=("checked_at", "checked_by_id", "check_reason")
        ),
        forbid_column_changes("creditdesk_contest", *CONTEST),
        forbid_column_changes(
            "creditdesk_escalation",
            "case_id",
            "reason",
            "escalated_by_id",
            "escalated_at",
            once=("answered_at", "answered_by_id", "answer"),
        ),
        forbid_column_changes(
            "creditdesk_claim", "case_id", "held_by_id", "claimed_at", once=("released_at", "released_by_id")
        ),
    ]
