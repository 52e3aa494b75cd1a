"""What is posted to the wizard of a plan."""

from django.urls import reverse

from tests.factories.apprentices import OCCUPATION


def step_url(case, step):
    return reverse("portal:plan_step", args=[case.plan.pk, step])


def rows(*values, **extra):
    """A posted list of rows."""
    posted = {"rows-TOTAL_FORMS": str(len(values)), "rows-INITIAL_FORMS": "0", **extra}
    for number, row in enumerate(values):
        posted |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return posted


def a_course(**values):
    right = {"row_key": "k1", "name": "安全生产", "kind": "general", "place": "institution", "hours": "40"}
    return {**right, **values}


def a_line(**values):
    right = {"row_key": "k1", "occupation": OCCUPATION[0], "level": "senior", "headcount": "30"}
    return {**right, "term_months": "", "term_reason": "", **values}
