"""Fields take the desk's words; the columns keep their names, so the database does not change."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("creditdesk", "0007_shadow_scores"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("contest", "contest_has_words"),
                migrations.RemoveConstraint("contest", "examiner_is_another"),
                migrations.RemoveConstraint("contest", "examination_is_whole"),
                migrations.RenameField("contest", "words", "client_statement"),
                migrations.AlterField(
                    "contest",
                    "client_statement",
                    models.TextField(db_column="words", max_length=4000, verbose_name="the client's words"),
                ),
                migrations.RenameField("contest", "grounds", "justification"),
                migrations.AlterField(
                    "contest",
                    "justification",
                    models.TextField(blank=True, db_column="grounds", max_length=2000, verbose_name="grounds"),
                ),
                migrations.RenameField("contest", "examiner", "reviewer"),
                migrations.AlterField(
                    "contest",
                    "reviewer",
                    models.ForeignKey(
                        db_column="examiner_id",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    "contest",
                    "new_decision",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changing_contest",
                        to="creditdesk.decision",
                    ),
                ),
                migrations.AddConstraint(
                    "contest",
                    models.CheckConstraint(condition=~Q(client_statement=""), name="contest_has_words"),
                ),
                migrations.AddConstraint(
                    "contest",
                    models.CheckConstraint(
                        condition=Q(reviewer__isnull=True)
                        | (
                            ~Q(reviewer=F("decided_by"))
                            & (Q(checked_by__isnull=True) | ~Q(reviewer=F("checked_by")))
                        ),
                        name="examiner_is_another",
                    ),
                ),
                migrations.AddConstraint(
                    "contest",
                    models.CheckConstraint(
                        condition=Q(closed_at__isnull=True, reviewer__isnull=True, outcome="", justification="")
                        | (
                            Q(closed_at__isnull=False, reviewer__isnull=False)
                            & ~Q(outcome="")
                            & ~Q(justification="")
                        ),
                        name="examination_is_whole",
                    ),
                ),
                migrations.RenameField("scenario", "asked", "entered"),
                migrations.AlterField(
                    "scenario", "entered", models.JSONField(db_column="asked", verbose_name="entered")
                ),
                migrations.RenameField("counterfactualsearch", "found", "counterfactuals"),
                migrations.AlterField(
                    "counterfactualsearch",
                    "counterfactuals",
                    models.JSONField(db_column="found", verbose_name="found"),
                ),
                migrations.RenameField("storedanswer", "question", "request_digest"),
                migrations.AlterField(
                    "storedanswer",
                    "request_digest",
                    models.CharField(db_column="question", max_length=64),
                ),
            ],
        ),
    ]
