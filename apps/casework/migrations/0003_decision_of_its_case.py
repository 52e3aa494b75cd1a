"""A decision belongs to a chair in its own case: person and case are part of the one foreign key."""

from django.db import migrations, models

OLD = """
    ALTER TABLE casework_decision ADD CONSTRAINT decision_of_its_seat
        FOREIGN KEY (seat_id, person_id) REFERENCES casework_seat (id, person_id)
"""
NEW = """
    ALTER TABLE casework_decision ADD CONSTRAINT decision_of_its_seat
        FOREIGN KEY (seat_id, person_id, subject_type, subject_id)
        REFERENCES casework_seat (id, person_id, subject_type, subject_id)
"""
DROP = "ALTER TABLE casework_decision DROP CONSTRAINT decision_of_its_seat"


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_decision_of_its_seat")]

    operations = [
        migrations.RunSQL(sql=DROP, reverse_sql=OLD),
        migrations.RemoveConstraint(model_name="seat", name="seat_with_person"),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                fields=("id", "person", "subject_type", "subject_id"), name="seat_of_person_and_case"
            ),
        ),
        migrations.RunSQL(sql=NEW, reverse_sql=DROP),
    ]
