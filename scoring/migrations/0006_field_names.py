from django.db import migrations, models


class Migration(migrations.Migration):
    """Name a field by its concept; the column keeps its name."""

    dependencies = [
        ("scoring", "0005_training_clients"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("comparison", "found", "results"),
                migrations.AlterField(
                    "comparison",
                    "results",
                    models.JSONField(db_column="found", verbose_name="what was found"),
                ),
            ],
        ),
    ]
