from django.db import migrations

from accounts.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("creditdesk", "0001_cases_and_evidence")]
    operations = [
        forbid_changes("creditdesk_assessment"),
        # The second person's answer is an update; nothing ever removes a decision.
        forbid_changes("creditdesk_decision", verbs=["DELETE"]),
    ]
