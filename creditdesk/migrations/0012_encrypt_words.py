from django.db import migrations

from accounts.append_only import rewriting
from accounts.audit import coverage
from creditdesk.encryption.conversion import Table, binary, encrypt, give_keys, json_text, repeatable_text, text

OWN = {"joins": "", "owner": "t.id"}
OF_CASE = [
    Table("creditdesk_note", (("text", text),)),
    Table("creditdesk_decision", (("reason", text), ("check_reason", text))),
    Table("creditdesk_escalation", (("reason", text), ("answer", text))),
    Table("creditdesk_contest", (("words", text), ("grounds", text))),
    Table("creditdesk_letter", (("text", text),)),
    Table(
        "creditdesk_assessment",
        (("inputs", json_text), ("reasons", json_text), ("features", binary), ("contributions", binary)),
        joins="LEFT JOIN creditdesk_case c ON c.id = t.case_id",
        day="t.assessed_at",
    ),
]
OTHERS = [
    Table("creditdesk_client", (("name", text),), **OWN),
    Table("creditdesk_scenario", (("name", repeatable_text), ("asked", json_text), ("changes", json_text))),
    Table(
        "creditdesk_counterfactualsearch",
        (("found", json_text),),
        joins="JOIN creditdesk_assessment a ON a.id = t.assessment_id LEFT JOIN creditdesk_case c ON c.id = a.case_id",
        day="a.assessed_at",
    ),
    Table("creditdesk_draft", (("answers", json_text), ("monitoring", json_text)), key_column="draft_id", **OWN),
    Table("creditdesk_storedanswer", (("body", binary),), key_column="answer_id", **OWN),
]


def encrypt_words(apps, schema_editor):
    coverage.verify_before_rewriting()
    give_keys("creditdesk_client", "client_id")
    give_keys("creditdesk_draft", "draft_id")
    give_keys("creditdesk_storedanswer", "answer_id")
    with rewriting([table.name for table in (*OF_CASE, *OTHERS)], schema_editor):
        for table in (*OF_CASE, *OTHERS):
            encrypt(table)
    if coverage.has_begun():
        coverage.seal_again([table.name for table in OF_CASE])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_role_requests"),
        ("creditdesk", "0011_data_keys"),
    ]

    operations = [migrations.RunPython(encrypt_words)]
