"""Enrolment review of classes and the enrolment records of a district or the city."""
