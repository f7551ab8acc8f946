from django.db import migrations

from accounts.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_model_versions")]
    operations = [forbid_changes("scoring_activation")]
