"""A decision belongs to the person who holds the chair: the pair is one foreign key."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
                ALTER TABLE casework_decision ADD CONSTRAINT decision_of_its_seat
                    FOREIGN KEY (seat_id, person_id) REFERENCES casework_seat (id, person_id)
            """,
            reverse_sql="ALTER TABLE casework_decision DROP CONSTRAINT decision_of_its_seat",
        )
    ]
