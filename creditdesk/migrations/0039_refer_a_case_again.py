from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("creditdesk", "0038_a_form_opens_one_case"),
    ]

    operations = [
        # An index to every database, as it has a condition: no table is copied, and no trigger lost.
        migrations.RemoveConstraint(model_name="decision", name="one_referral_a_person"),
    ]
