from django.db import migrations, models

from accounts.append_only import forbid_changes, forbid_column_changes


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_preferences"),
    ]

    operations = [
        migrations.AddField(
            model_name="rolerequest",
            name="reactivates",
            field=models.BooleanField(default=False, editable=False, verbose_name="reactivates"),
        ),
        # SQLite has made the table anew, without its triggers.
        forbid_changes("accounts_rolerequest", verbs=["DELETE"]),
        forbid_column_changes(
            "accounts_rolerequest",
            "user_id",
            "previous_role",
            "role",
            "reactivates",
            "requested_by_id",
            "requested_at",
            once=("answered_at", "answered_by_id", "outcome"),
        ),
    ]
