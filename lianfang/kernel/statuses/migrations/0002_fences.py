"""Statuses are seen by the person and by those whose role sees people there; none without a rule comes in numbers.

The trigger stands behind the product: not even a statement of the database itself gives several people a status without
a rule, each of them takes a change by hand that two people decided (人工变更须逐人、双人).
"""

from django.db import migrations

from lianfang.kernel.database.rows import among_persons, fence, within_units

ONE_BY_ONE = """
CREATE FUNCTION statuses_one_by_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM given WHERE rule = '') > 1 THEN
    RAISE EXCEPTION 'statuses without a rule are given one by one'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'statuses_without_a_rule_one_by_one';
  END IF;
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER one_by_one AFTER INSERT ON statuses_status REFERENCING NEW TABLE AS given
  FOR EACH STATEMENT EXECUTE FUNCTION statuses_one_by_one()
"""
SEEN = f"{within_units('app.person_scope')} OR {among_persons()}"


class Migration(migrations.Migration):
    dependencies = [("statuses", "0001_initial"), ("orgs", "0002_fences")]
    operations = [
        fence("statuses_status", SEEN),
        fence("statuses_byhand", SEEN),
        migrations.RunSQL([ONE_BY_ONE, TRIGGER], ["DROP FUNCTION statuses_one_by_one CASCADE"]),
    ]
