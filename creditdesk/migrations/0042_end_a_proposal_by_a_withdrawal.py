from django.db import migrations, models
from django.db.models import Q

from accounts.append_only import KeepTriggers


class Migration(migrations.Migration):

    dependencies = [
        ("creditdesk", "0041_a_form_adds_one_note"),
    ]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="status",
            field=models.CharField(
                choices=[
                    ("final", "final"),
                    ("proposed", "waiting for a second person"),
                    ("rejected", "rejected by the second person"),
                    ("replaced", "no longer in force"),
                    ("lapsed", "ended by the client's withdrawal"),
                ],
                max_length=8,
                verbose_name="status",
            ),
        ),
        KeepTriggers(
            migrations.RemoveConstraint(model_name="decision", name="one_replacement"),
            migrations.RemoveConstraint(model_name="decision", name="check_matches_status"),
            migrations.RemoveConstraint(model_name="decision", name="final_has_checker"),
            migrations.AddConstraint(
                model_name="decision",
                constraint=models.UniqueConstraint(
                    condition=~Q(status__in=("rejected", "lapsed")), fields=("replaces",), name="one_replacement"
                ),
            ),
            migrations.AddConstraint(
                model_name="decision",
                constraint=models.CheckConstraint(
                    condition=Q(status__in=["proposed", "lapsed"], checked_by__isnull=True)
                    | Q(status="rejected", checked_by__isnull=False)
                    | Q(status__in=["final", "replaced"]),
                    name="check_matches_status",
                ),
            ),
            migrations.AddConstraint(
                model_name="decision",
                constraint=models.CheckConstraint(
                    condition=Q(needs_checker=False)
                    | Q(status__in=["proposed", "rejected", "lapsed"])
                    | Q(checked_by__isnull=False),
                    name="final_has_checker",
                ),
            ),
        ),
    ]
