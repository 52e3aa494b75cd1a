"""Where the documents ask for what a plan is checked for."""

from apps.policy.rules import Rules

_NUMBER = "京人社能发〔2022〕11号"
_KEY = "beijing-2022-11"

# Topics that a parameter of the document stands for carry that parameter's own article.
_PARAMETERS = {
    "industry": "prohibited_industries_apply",
    "consent": "superior_consent_required",
    "rate": "rates",
    "term": "standard_term_months",
    "term_max": "term_months_max",
    "credits": "credits_min",
    "proportion": "teaching_plan_proportion",
    "mentor": "mentor_experience_years_min",
    "teacher": "teacher_experience_years_min",
    "dispatched": "dispatched_workers_allowed",
    "wage": "minimum_monthly_wage",
    "experts": "expert_review_required",
    "visit": "site_visit_required",
}
_ARTICLES = {
    "application": "五",
    "standing": "二（二）",
    "institution": "二（三）",
    "entrustment": "三（二）1",
    "both_places": "三（二）1",
    "agreement": "三（二）1",
    "conduct": "三（二）2",
    "rules": "三（三）1",
    "textbooks": "三（三）2",
    "wage": "六（三）",
    "dispatched": "五",
    "term_max": "三（一）",
}


def article(rules: Rules, topic: str) -> str:
    """The article for a topic: the governing document's own, or the 2022 scheme's with its number."""
    name = _PARAMETERS.get(topic, "")
    if name in rules.parameters:
        return rules.article(name)
    text = _ARTICLES.get(topic, "")
    return text if rules.key == _KEY or not text else f"{_NUMBER} {text}"
