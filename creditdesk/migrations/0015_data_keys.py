import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from accounts.append_only import forbid_changes
from creditdesk.encryption.fields import EncryptedBinaryField, EncryptedJSONField, EncryptedTextField


class Migration(migrations.Migration):

    dependencies = [
        ("creditdesk", "0014_scheduled_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DataKey",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("wrapped", models.BinaryField()),
                ("day", models.CharField(max_length=10, null=True, unique=True)),
                ("answer", models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="data_key", to="creditdesk.storedanswer")),
                ("client", models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="data_key", to="creditdesk.client")),
                ("draft", models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="data_key", to="creditdesk.draft")),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(client__isnull=False, draft=None, answer=None, day=None)
                        | Q(client=None, draft__isnull=False, answer=None, day=None)
                        | Q(client=None, draft=None, answer__isnull=False, day=None)
                        | Q(client=None, draft=None, answer=None, day__isnull=False),
                        name="data_key_has_one_owner",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.CharField(blank=True, max_length=10)),
                ("key_number", models.BigIntegerField(verbose_name="number of the data key")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="erased")),
                ("approved_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("client", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="erasure", to="creditdesk.client")),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "permissions": [("erase_client", "Can erase a client's words, or approve it")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(by=None, approved_by=None)
                        | Q(by__isnull=False, approved_by__isnull=False) & ~Q(by=F("approved_by")),
                        name="erasure_takes_two_people",
                    ),
                    models.CheckConstraint(
                        condition=Q(client__isnull=False, day="") | Q(client=None) & ~Q(day=""),
                        name="erasure_of_client_or_day",
                    ),
                ],
            },
        ),
        forbid_changes("creditdesk_erasure", keys=["id", "client_id"]),
        # A ciphertext is longer than its text.
        migrations.AlterField("client", "name", EncryptedTextField(blank=True, max_length=200, verbose_name="name")),
        migrations.AlterField("scenario", "name", EncryptedTextField(max_length=60, repeatable=True, verbose_name="name")),
        # The columns stay as they are; altering them would rebuild their tables on SQLite and drop their triggers.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("assessment", "contributions", EncryptedBinaryField(default=b"")),
                migrations.AlterField("assessment", "features", EncryptedBinaryField(default=b"")),
                migrations.AlterField("assessment", "inputs", EncryptedJSONField(default=dict, verbose_name="inputs")),
                migrations.AlterField("assessment", "packed_inputs", EncryptedBinaryField(null=True)),
                migrations.AlterField("profile", "packed_inputs", EncryptedBinaryField()),
                migrations.AlterField("assessment", "reasons", EncryptedJSONField(default=list, verbose_name="reasons")),
                migrations.AlterField("contest", "client_statement", EncryptedTextField(db_column="words", max_length=4000, verbose_name="the client's words")),
                migrations.AlterField("contest", "justification", EncryptedTextField(blank=True, db_column="grounds", max_length=2000, verbose_name="grounds")),
                migrations.AlterField("counterfactualsearch", "counterfactuals", EncryptedJSONField(db_column="found", default=list, verbose_name="found")),
                migrations.AlterField("decision", "check_reason", EncryptedTextField(blank=True, max_length=2000, verbose_name="second person's grounds")),
                migrations.AlterField("decision", "reason", EncryptedTextField(blank=True, max_length=2000, verbose_name="grounds")),
                migrations.AlterField("draft", "answers", EncryptedJSONField(default=dict, verbose_name="answers")),
                migrations.AlterField("draft", "monitoring", EncryptedJSONField(default=dict)),
                migrations.AlterField("escalation", "answer", EncryptedTextField(blank=True, max_length=2000, verbose_name="answer")),
                migrations.AlterField("escalation", "reason", EncryptedTextField(max_length=2000, verbose_name="why a manager should look")),
                migrations.AlterField("letter", "text", EncryptedTextField(verbose_name="text")),
                migrations.AlterField("note", "text", EncryptedTextField(max_length=4000, verbose_name="note")),
                migrations.AlterField("scenario", "changes", EncryptedJSONField(default=dict, verbose_name="changes")),
                migrations.AlterField("scenario", "entered", EncryptedJSONField(db_column="asked", default=dict, verbose_name="entered")),
                migrations.AlterField("storedanswer", "body", EncryptedBinaryField()),
            ]
        ),
    ]
