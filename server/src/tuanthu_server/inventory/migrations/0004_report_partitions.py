from django.db import migrations

from tuanthu_server.inventory.partitioning import partition


def divide(apps, schema_editor):
    partition(schema_editor, "inventory_report", "received_at", {"one_report_a_sequence": "agent_id, sequence"})


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0003_identity'),
    ]

    operations = [
        migrations.RunPython(divide, migrations.RunPython.noop),
    ]
