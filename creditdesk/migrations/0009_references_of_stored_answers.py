from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('creditdesk', '0008_field_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='storedanswer',
            name='references',
            field=models.JSONField(null=True),
        ),
    ]
