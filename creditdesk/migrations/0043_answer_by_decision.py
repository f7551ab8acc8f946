import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from accounts.append_only import KeepTriggers, forbid_column_changes


class Migration(migrations.Migration):

    dependencies = [
        ("creditdesk", "0042_end_a_proposal_by_a_withdrawal"),
    ]

    operations = [
        KeepTriggers(
            migrations.AddField(
                model_name="escalation",
                name="decision",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="creditdesk.decision",
                ),
            ),
            migrations.RemoveConstraint(model_name="escalation", name="answer_is_whole"),
            migrations.AddConstraint(
                model_name="escalation",
                constraint=models.CheckConstraint(
                    condition=Q(
                        answered_at__isnull=True, answered_by__isnull=True, answer="", decision__isnull=True
                    )
                    | (
                        Q(answered_at__isnull=False, answered_by__isnull=False)
                        & (~Q(answer="") | Q(decision__isnull=False))
                    ),
                    name="answer_is_whole",
                ),
            ),
        ),
        forbid_column_changes(
            "creditdesk_escalation",
            "case_id",
            "reason",
            "escalated_by_id",
            "escalated_at",
            once=("answered_at", "answered_by_id", "answer", "decision_id"),
        ),
    ]
