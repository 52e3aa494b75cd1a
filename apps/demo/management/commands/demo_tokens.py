"""`manage.py demo_tokens`: API tokens of the demo city, as the walk in docs/walk.py wants them."""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.middleware import actor_of
from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.accounts.services import issue_token
from apps.core import clock
from apps.demo.invention import Inventor
from apps.institutions.models import LicenceScope
from apps.plans.checklist import all_passed

ROLES = {
    "enterprise": Role.ENTERPRISE_OPERATOR,
    "institution": Role.INSTITUTION_OPERATOR,
    "superior": Role.SUPERIOR_UNIT,
    "reviewer": Role.DISTRICT_REVIEWER,
    "supervisor": Role.DISTRICT_SUPERVISOR,
    "finance": Role.FINANCE_OFFICER,
    "city": Role.CITY_OFFICER,
}
SCOPES = ["plans", "classes", "training", "claims", "payments"]


class Command(BaseCommand):
    help = "Issues tokens for the roles that the demo city shows; prints them once, as JSON."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEMO_CITY:
            raise CommandError("Tokens of the demo city exist in the demo city only.")
        shown = Membership.objects.exclude(demo_label="").select_related(
            "user__person", "organisation", "district"
        )
        security = actor_of(shown.get(role=Role.SECURITY_ADMIN))
        members = {name: self._member(shown, role) for name, role in ROLES.items()}
        tokens = {
            name: issue_token(
                security,
                membership=membership,
                name="docs/walk.py",
                scopes=SCOPES,
                expires_at=clock.now() + timedelta(days=30),
            )[1]
            for name, membership in members.items()
        }
        self.stdout.write(
            json.dumps({"tokens": tokens, **self._facts(members)}, ensure_ascii=False, indent=1)
        )

    def _member(self, shown: Any, role: Role) -> Membership:
        found = shown.filter(role=role)
        if role == Role.FINANCE_OFFICER:
            found = found.exclude(district=None)
        return found.order_by("id").first()

    def _facts(self, members: dict[str, Membership]) -> dict[str, Any]:
        institution = members["institution"].organisation_id
        scope = LicenceScope.objects.filter(institution_id=institution).order_by("id").first()
        if scope is None:
            raise CommandError("The institution of the demo city has no licence. Load the city first.")
        # A new seed each day, so that the walk can be taken again with other people.
        inventor = Inventor(int(clock.now().timestamp()), clock.today())
        people = [inventor.person(age_min=22, age_max=40) for _n in range(2)]
        return {
            "today": clock.today().isoformat(),
            "institution": institution,
            "occupation": scope.occupation_code,
            "level": scope.level_code,
            "months": 24 if scope.level_code != "intermediate" else 12,
            "people": [
                {"name": row.name, "id_number": row.id_number, "mobile": row.mobile} for row in people
            ],
            "checklist": list(all_passed()),
        }
