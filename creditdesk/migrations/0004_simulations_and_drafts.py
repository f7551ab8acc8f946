import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [
        ("creditdesk", "0003_assessments_without_a_case"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CounterfactualSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("found", models.JSONField(verbose_name="found")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="searched")),
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counterfactual_search",
                        to="creditdesk.assessment",
                        verbose_name="assessment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "search for what would change a refusal",
                "verbose_name_plural": "searches for what would change a refusal",
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("answers", models.JSONField(verbose_name="answers")),
                ("monitoring", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField(auto_now=True, verbose_name="saved")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "draft", "verbose_name_plural": "drafts", "ordering": ["-saved_at"]},
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("asked", models.JSONField(verbose_name="entered")),
                ("changes", models.JSONField(verbose_name="changes")),
                ("probability", models.FloatField(verbose_name="probability of default")),
                ("threshold", models.FloatField(verbose_name="threshold")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("accept", "accept"), ("refuse", "refuse"), ("refer", "refer")],
                        max_length=6,
                        verbose_name="verdict",
                    ),
                ),
                ("model_version", models.CharField(max_length=80, verbose_name="model version")),
                ("model_digest", models.CharField(max_length=64, verbose_name="digest of the model")),
                ("profile_digest", models.CharField(max_length=64, verbose_name="digest of the profile")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="saved")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scenarios",
                        to="creditdesk.case",
                        verbose_name="case",
                    ),
                ),
            ],
            options={
                "verbose_name": "scenario",
                "verbose_name_plural": "scenarios",
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="scenario_has_name"
                    ),
                    models.UniqueConstraint(fields=("case", "by", "name"), name="one_scenario_of_a_name"),
                ],
            },
        ),
        forbid_changes("creditdesk_counterfactualsearch", keys=["id", "assessment_id"]),
    ]
