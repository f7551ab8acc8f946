"""An index that names the bearers of a word without looking at the rows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("creditdesk", "0045_covering_indexes")]

    operations = [
        # The table between names and words has no model of its own that could declare it.
        migrations.RunSQL(
            "CREATE INDEX bearers_of_words ON creditdesk_indexedname_words (nameword_id, indexedname_id)",
            "DROP INDEX bearers_of_words",
        )
    ]
