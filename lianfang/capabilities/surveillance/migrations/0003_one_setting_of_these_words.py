"""The same words twice are one setting, also for two who propose them at the same moment (预警设置不重复)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveillance", "0002_fences")]
    operations = [
        migrations.AddConstraint(
            model_name="detectionsetting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "on"])),
                fields=("unit", "syndrome", "level", "method", "cases", "window_days", "alpha", "adjusted"),
                name="one_setting_of_these_words",
                violation_error_message="A setting with the same words is proposed or switched on already.",
            ),
        ),
    ]
