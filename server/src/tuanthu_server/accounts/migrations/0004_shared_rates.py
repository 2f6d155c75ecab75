from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_sign_in'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='paid_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
