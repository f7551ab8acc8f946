from django.db import migrations


def rewrite_the_file(apps, schema_editor):
    """The pages of the plain words are free by now; SQLite keeps their bytes until the file is written anew."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("VACUUM")


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("creditdesk", "0016_encrypt_words")]

    operations = [migrations.RunPython(rewrite_the_file, migrations.RunPython.noop, atomic=False)]
