"""Classes of an enterprise: roster, enrolment records, changes."""
