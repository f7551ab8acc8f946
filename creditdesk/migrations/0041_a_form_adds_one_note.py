from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("creditdesk", "0040_offer_a_case_to_everybody"),
    ]

    operations = [
        migrations.AddField(
            model_name="note",
            name="entry_key",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(
                condition=models.Q(("entry_key__isnull", False)), fields=("entry_key",), name="one_note_an_entry"
            ),
        ),
    ]
