"""Premises know the day they close on (计划关闭日期), so that a stay that began before can end there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("places", "0002_fences")]

    operations = [
        migrations.AddField(
            model_name="premises",
            name="closing_on",
            field=models.DateField(blank=True, null=True, verbose_name="closes on"),
        ),
    ]
