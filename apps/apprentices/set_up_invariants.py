"""No record was set up that the rules of its day refuse, as far as a query can judge (2022-11, 二（一）, 五).

The services judge a roster once more when the district enrols it (`governed.py`, `checks.py`); the database
holds what concerns several records of a person and the places of a plan (I15a to I15g). What stands here is
looked for each night, in case a record was set up past the services.
"""

from django.utils.translation import gettext_lazy as _

from apps.apprentices.enums import ClassState, PersonStatus, PostKind
from apps.apprentices.models.yearly import STATES
from apps.core.identifiers import FEMALE, MALE
from apps.core.invariants import register

# A parameter of the record's document on the day of the record, as JSON; NULL where the document sets none.
_SET = """(
    SELECT v.value FROM jsonb_each(p.content #> '{parameters,{name},values}') v
     WHERE v.key::date <= k.set_up_on ORDER BY v.key::date DESC LIMIT 1)"""
# Earliest last day of a contract, as in `governed.py`: where the month has no such day, it ends with it.
_LEAST_END = """(
    SELECT CASE WHEN extract(day FROM later) = extract(day FROM e.contract_from) THEN later - 1 ELSE later END
      FROM (SELECT (e.contract_from + make_interval(months => a.contract_months))::date AS later) term)"""
_NO = "IN ('\"no\"', 'false')"
_YES = "IN ('\"yes\"', 'true')"
# Each reason as the roster calls it, and when it is against a record.
_AGAINST = {
    "plan_not_approved": "plan.approved_on IS NULL OR plan.approved_on > e.set_up_on",
    "class_not_open": f"c.state NOT IN ('{ClassState.OPEN}', '{ClassState.COMPLETED}')",
    "not_in_force": "e.set_up_on < a.in_force_from OR e.set_up_on > a.in_force_until",
    "too_young": "person.birth_date > (e.set_up_on - make_interval(years => a.age_min))::date",
    "too_old": (
        "person.birth_date <= (e.set_up_on - make_interval(years => CASE person.sex"
        f" WHEN '{MALE}' THEN a.age_max_male WHEN '{FEMALE}' THEN a.age_max_female END))::date"
    ),
    "excluded": (
        f"e.person_status <> '{PersonStatus.EMPLOYEE}' AND a.exclusions @> to_jsonb(e.person_status::text)"
    ),
    "dispatched": f"e.post_kind = '{PostKind.DISPATCHED}' AND a.dispatched::text {_NO}",
    "not_insured": f"NOT e.insured_in_city AND a.insured::text {_YES}",
    "contract_over": "e.contract_to < e.set_up_on",
    "contract_too_short": f"e.contract_to < {_LEAST_END}",
}
_ASKED = {
    "age_min": "age_min",
    "age_max_male": "age_max_male",
    "age_max_female": "age_max_female",
    "contract_months": "contract_months_min",
}
_PLAIN = {
    "exclusions": "exclusions",
    "dispatched": "dispatched_workers_allowed",
    "insured": "local_insurance_required",
}


def _sql() -> str:
    numbers = [f"{_SET.replace('{name}', name)}::integer AS {column}" for column, name in _ASKED.items()]
    others = [f"{_SET.replace('{name}', name)} AS {column}" for column, name in _PLAIN.items()]
    reasons = "\n".join(f"WHEN {condition} THEN '{code}'" for code, condition in _AGAINST.items())
    return f"""
    WITH asked AS MATERIALIZED (
        SELECT k.policy_document_id, k.set_up_on, p.in_force_from, p.in_force_until,
               {", ".join([*numbers, *others])}
          FROM (SELECT DISTINCT policy_document_id, set_up_on FROM apprentices_enrolment
                 WHERE set_up_on IS NOT NULL AND state IN ({STATES})) k
          JOIN policy_policydocument p ON p.id = k.policy_document_id
    ), judged AS (
        SELECT e.id, e.person_id, e.set_up_on, CASE {reasons} END AS against
          FROM apprentices_enrolment e
          JOIN asked a USING (policy_document_id, set_up_on)
          JOIN accounts_person person ON person.id = e.person_id
          JOIN apprentices_trainingclass c ON c.id = e.training_class_id
          JOIN plans_plan plan ON plan.id = c.plan_id
         WHERE e.state IN ({STATES})
    )
    SELECT id, person_id, set_up_on, against FROM judged WHERE against IS NOT NULL
    """  # noqa: S608 - words of our own code


register(
    "I15h",
    _("Every enrolment record was set up as the rules of its day allow"),
    _sql(),
    _(
        "The rules of that day refuse this record for the reason named: it must not be paid until it is "
        "cleared."
    ),
)
