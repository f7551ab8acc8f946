from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("creditdesk", "0020_policy_of_verdicts"),
    ]

    operations = [
        # NULL: an assessment of the release before, by the rule of critical inputs alone. Nullable columns are
        # added in place, so that the table keeps its triggers on SQLite.
        migrations.AddField(
            "assessment",
            "completeness_rule",
            models.PositiveSmallIntegerField(null=True, verbose_name="rule of completeness"),
        ),
        migrations.AddField(
            "assessment",
            "completion",
            models.JSONField(null=True, verbose_name="what the missing inputs can change"),
        ),
        # Nothing changes in the database.
        migrations.AlterField(
            "assessment", "missing", models.JSONField(default=list, verbose_name="missing inputs")
        ),
    ]
