from django.db import migrations

from accounts.audit import coverage


def seal(apps, schema_editor):
    coverage.begin_with(["accounts_apikey"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0009_api_key_permissions"),
    ]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
