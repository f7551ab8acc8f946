from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_sealed_api_keys"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="auditevent",
            options={
                "ordering": ["-sequence"],
                "verbose_name": "audit event",
                "verbose_name_plural": "audit events",
            },
        ),
    ]
