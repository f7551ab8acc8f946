from django.db import migrations

from accounts.append_only import forbid_insert


class Migration(migrations.Migration):

    dependencies = [
        ("creditdesk", "0012_monthly_outcomes"),
    ]

    operations = [
        forbid_insert(
            "creditdesk_decision",
            "not_by_who_escalated",
            "EXISTS (SELECT 1 FROM creditdesk_escalation WHERE case_id = NEW.case_id"
            " AND escalated_by_id = NEW.decided_by_id AND answered_at IS NULL)",
            "who passed the case on decides once another person has answered",
        ),
    ]
