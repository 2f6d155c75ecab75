from django.db import migrations

from tuanthu_server.security_log import append_only


def install(apps, schema_editor):
    append_only.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("security_log", "0001_initial")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
