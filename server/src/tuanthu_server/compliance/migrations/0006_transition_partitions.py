from django.db import migrations

from tuanthu_server.inventory.partitioning import partition


def divide(apps, schema_editor):
    partition(schema_editor, "compliance_ruletransition", "at", {"transition_asset_at": "asset_id, at", "rule_transition_at": "at"})
    partition(schema_editor, "compliance_findingtransition", "at", {})


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0005_unit_stamps'),
    ]

    operations = [
        migrations.RunPython(divide, migrations.RunPython.noop),
    ]
