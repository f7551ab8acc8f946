from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('creditdesk', '0009_second_person_and_sealed_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='storedanswer',
            name='references',
            field=models.JSONField(null=True),
        ),
    ]
