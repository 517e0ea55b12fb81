"""Meals are seen within scope, by room; what a guest eats and asks for also by the guest (行级权限)."""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units

SCOPE = within_units("app.scope")
# A person's id and no name: the kitchen reads the room, whoever sees people reads the name elsewhere.
OWN_TOO = f"{SCOPE} OR {among_persons()}"


class Migration(migrations.Migration):
    dependencies = [("catering", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("catering_diet", OWN_TOO),
        fence("catering_mealitem", SCOPE),
        fence("catering_sitting", SCOPE),
        fence("catering_mealorder", SCOPE, grants="SELECT, INSERT"),
        fence("catering_delivery", SCOPE),
        fence("catering_shortfall", SCOPE, grants="SELECT, INSERT"),
        fence("catering_request", OWN_TOO),
        # What there is for guests is for everybody to read.
        fence("catering_amenity", "true", write=SCOPE),
    ]
