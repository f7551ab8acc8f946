import django.db.models.deletion
from django.db import migrations, models

from creditdesk.models.name_index import words_of

AT_ONCE = 2_000


def index_earlier_names(apps, schema_editor):
    clients, word, name = (apps.get_model("creditdesk", model) for model in ("Client", "NameWord", "IndexedName"))
    link = name.words.through
    keys = {}
    stored = clients.objects.exclude(search_name="").order_by("pk").values_list("pk", "search_name")
    for start in range(0, stored.count(), AT_ONCE):
        chunk = [(key, words_of(text)) for key, text in stored[start : start + AT_ONCE]]
        chunk = [(key, words) for key, words in chunk if words]
        new = sorted({text for _, words in chunk for text in words} - keys.keys())
        keys |= {row.text: row.pk for row in word.objects.bulk_create(word(text=text) for text in new)}
        name.objects.bulk_create(name(client_id=key, text=" ".join(words)) for key, words in chunk)
        link.objects.bulk_create(
            link(indexedname_id=key, nameword_id=keys[text]) for key, words in chunk for text in dict.fromkeys(words)
        )


class Migration(migrations.Migration):

    dependencies = [
        ("creditdesk", "0017_no_trace_of_plain_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="NameWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="IndexedName",
            fields=[
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="indexed_name",
                        serialize=False,
                        to="creditdesk.client",
                    ),
                ),
                ("text", models.CharField(db_index=True, max_length=200)),
                ("words", models.ManyToManyField(related_name="names", to="creditdesk.nameword")),
            ],
        ),
        migrations.RunPython(index_earlier_names, migrations.RunPython.noop),
    ]
