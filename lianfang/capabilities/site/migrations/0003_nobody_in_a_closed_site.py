"""Between closing and release nobody gets a bed at a site (H03): the database has the last word, whoever asks.

An admission that waited for a room while the site was being closed comes here after the closing has committed.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION site_takes_nobody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.until IS NULL AND EXISTS (
        SELECT 1 FROM site_site s WHERE s.unit_id = NEW.unit_id AND s.state IN ('closed', 'disinfecting')
    ) THEN
        RAISE EXCEPTION 'the site is closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'site_is_closed';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER site_takes_nobody BEFORE INSERT ON places_occupancy
   FOR EACH ROW WHEN (NEW.layer = 'bed') EXECUTE FUNCTION site_takes_nobody()
"""


class Migration(migrations.Migration):
    dependencies = [("site", "0002_fences"), ("places", "0002_fences")]
    operations = [
        migrations.RunSQL(
            [FUNCTION, TRIGGER],
            ["DROP TRIGGER site_takes_nobody ON places_occupancy", "DROP FUNCTION site_takes_nobody()"],
        )
    ]
