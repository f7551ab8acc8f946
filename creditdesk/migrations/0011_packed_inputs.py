"""Profiles keep their inputs as one packed row; assessments that are there keep what they were sealed with."""

import json

from django.db import migrations, models

from scoring.ml.features import packing

PAGE = 500
LAYOUT = 1


def pack_profiles(apps, schema_editor):
    """Digests stay as they are: they are those of the assessments that still hold."""

    def packed(application, history):
        return (packing.pack(_read(application), _read(history), {}, number=LAYOUT).row,)

    _rewrite(schema_editor, ("application", "history"), ("packed_inputs",), packed)


def unpack_profiles(apps, schema_editor):
    def unpacked(row):
        return tuple(json.dumps(part) for part in packing.unpack(row))

    _rewrite(schema_editor, ("packed_inputs",), ("application", "history"), unpacked)


def _read(column):
    # SQLite keeps JSON as text; psycopg gives the text, too, to whoever asks for it without a model.
    return json.loads(column) if isinstance(column, str) else column


def _rewrite(schema_editor, source, target, convert):
    connection = schema_editor.connection
    read, assign = ", ".join(source), ", ".join(f"{column} = %s" for column in target)
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT case_id, {read} FROM creditdesk_profile WHERE case_id > %s ORDER BY case_id LIMIT {PAGE}",
                [last],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            cursor.executemany(
                f"UPDATE creditdesk_profile SET {assign} WHERE case_id = %s",
                [(*convert(*columns), case) for case, *columns in rows],
            )
            last = rows[-1][0]


class Migration(migrations.Migration):

    dependencies = [
        ("creditdesk", "0010_references_of_stored_answers"),
    ]

    operations = [
        # NULL: an assessment of the release before, whose inputs are all in its JSON column. A nullable column
        # is added in place, so that the table keeps its triggers on SQLite.
        migrations.AddField("assessment", "packed_inputs", models.BinaryField(null=True)),
        migrations.AddField("profile", "packed_inputs", models.BinaryField(default=b""), preserve_default=False),
        # Nothing changes in the database; a way back needs a value for the rows that are there.
        migrations.AlterField("profile", "application", models.JSONField(default=dict)),
        migrations.RunPython(pack_profiles, unpack_profiles),
        migrations.RemoveField("profile", "application"),
        migrations.RemoveField("profile", "history"),
    ]
