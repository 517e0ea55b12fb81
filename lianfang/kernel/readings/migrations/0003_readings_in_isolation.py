"""Readings of people in isolation on a campus are a kind of their own (校内隔离测温)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("readings", "0002_fences"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reading",
            name="kind",
            field=models.CharField(
                choices=[
                    ("stay", "observation"),
                    ("class", "class at the door"),
                    ("home", "at home"),
                    ("contact", "contact"),
                    ("gate", "gate"),
                    ("isolated", "isolation on campus"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
    ]
