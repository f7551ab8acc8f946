from django.db import migrations

from accounts.append_only import rewriting
from accounts.audit import coverage
from creditdesk.encryption.conversion import BINARY, JSON, REPEATABLE_TEXT, TEXT, Table, decrypt, encrypt, give_keys

OWN = {"joins": "", "owner": "t.id"}
OF_CASE = [
    Table("creditdesk_note", (("text", TEXT),)),
    Table("creditdesk_decision", (("reason", TEXT), ("check_reason", TEXT))),
    Table("creditdesk_escalation", (("reason", TEXT), ("answer", TEXT))),
    Table("creditdesk_contest", (("words", TEXT), ("grounds", TEXT))),
    Table("creditdesk_letter", (("text", TEXT),)),
    Table(
        "creditdesk_assessment",
        (
            ("inputs", JSON),
            ("packed_inputs", BINARY),
            ("reasons", JSON),
            ("features", BINARY),
            ("contributions", BINARY),
        ),
        joins="LEFT JOIN creditdesk_case c ON c.id = t.case_id",
        day="t.assessed_at",
    ),
]
OTHERS = [
    Table("creditdesk_profile", (("packed_inputs", BINARY),), primary_key="case_id"),
    Table("creditdesk_client", (("name", TEXT),), **OWN),
    Table("creditdesk_scenario", (("name", REPEATABLE_TEXT), ("asked", JSON), ("changes", JSON))),
    Table(
        "creditdesk_counterfactualsearch",
        (("found", JSON),),
        joins="JOIN creditdesk_assessment a ON a.id = t.assessment_id LEFT JOIN creditdesk_case c ON c.id = a.case_id",
        day="a.assessed_at",
    ),
    Table("creditdesk_draft", (("answers", JSON), ("monitoring", JSON)), key_column="draft_id", **OWN),
    Table("creditdesk_storedanswer", (("body", BINARY),), key_column="answer_id", **OWN),
]


def encrypt_words(apps, schema_editor):
    coverage.verify_before_rewriting([table.name for table in OF_CASE])
    give_keys("creditdesk_client", "client_id")
    give_keys("creditdesk_draft", "draft_id")
    give_keys("creditdesk_storedanswer", "answer_id")
    _rewrite(encrypt, schema_editor)


def decrypt_words(apps, schema_editor):
    coverage.verify_before_rewriting([table.name for table in OF_CASE])
    _rewrite(decrypt, schema_editor)


def _rewrite(convert, schema_editor):
    with rewriting([table.name for table in (*OF_CASE, *OTHERS)], schema_editor):
        for table in (*OF_CASE, *OTHERS):
            convert(table)
    if coverage.has_begun():
        coverage.seal_again([table.name for table in OF_CASE])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_role_requests"),
        ("creditdesk", "0015_data_keys"),
    ]

    operations = [migrations.RunPython(encrypt_words, decrypt_words)]
