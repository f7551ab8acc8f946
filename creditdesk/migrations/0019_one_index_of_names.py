from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill_earlier_column(apps, schema_editor):
    """The release before searches this column; the words of the index are nearly what it held."""
    client, name = (apps.get_model("creditdesk", model) for model in ("Client", "IndexedName"))
    text = name.objects.filter(client=OuterRef("pk")).values("text")
    client.objects.filter(indexed_name__isnull=False).update(search_name=Subquery(text))


class Migration(migrations.Migration):

    dependencies = [
        ("creditdesk", "0018_name_index"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, fill_earlier_column),
        migrations.RemoveField("client", "search_name"),
    ]
