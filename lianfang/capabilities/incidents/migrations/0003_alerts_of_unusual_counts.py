from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0002_fences"),
    ]

    operations = [
        migrations.AlterField(
            model_name="clusteralert",
            name="rule",
            field=models.CharField(
                choices=[
                    ("same_day", "on one day"),
                    ("several_days", "within several days"),
                    ("unusual", "more than usual"),
                ],
                max_length=12,
                verbose_name="by the rule",
            ),
        ),
    ]
