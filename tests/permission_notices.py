"""Objects of public notices and objections for the permission matrix."""

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.roles import Role
from apps.claims.models import Objection, PublicNotice
from apps.claims.services.raise_objection import Objector, raise_objection
from apps.core.clock import today
from tests.factories import claims, notices
from tests.factories.apprentices import ON
from tests.factories.claims import Money
from tests.permission_cases import OFFICE
from tests.permission_objects import Pair, World, objects

READERS = OFFICE | {Role.AUDITOR}


def objection_in(of: Money, text: str = "此人已离职") -> Objection:
    """An objection with a file, to a claim of another class of the district; its notice is long over."""
    district = of.training_class.district_id
    found = Objection.objects.filter(district_id=district).first()
    if found is not None:
        return found
    other = claims.money(people=1, district=district)
    line = notices.by_hand(other, on=ON).lines.get()
    upload = SimpleUploadedFile(f"{district}.pdf", f"%PDF-1.4 {district}".encode())
    return raise_objection(None, line, Objector(text, text), text, on=ON, upload=upload)


def _running(of: Money) -> PublicNotice:
    """A notice that anybody may read today."""
    found = PublicNotice.objects.running(today()).filter(district_id=of.training_class.district_id).first()
    district = of.training_class.district_id
    return found or notices.by_hand(claims.money(people=1, district=district), on=today())


@objects("desk:objection", "desk:objection_show", "desk:objection_file")
def _objection(world: World) -> Pair:
    return Pair(
        {"pk": objection_in(world.of).pk},
        {"pk": objection_in(world.foreign_of).pk},
        seen_by=READERS,
        may_refuse=True,
    )


@objects("desk:objection_new")
def _line(world: World) -> Pair:
    own, foreign = (objection_in(of).line for of in (world.of, world.foreign_of))
    return Pair(
        {"pk": own.notice_id, "position": own.position},
        {"pk": foreign.notice_id, "position": foreign.position},
        seen_by=READERS,
    )


@objects("desk:claim_object")
def _claim(world: World) -> Pair:
    return Pair({"pk": objection_in(world.of).claim_id}, seen_by=frozenset())


@objects("public:notice_detail", "public:notice_sheet")
def _notice(world: World) -> Pair:
    return Pair({"pk": _running(world.of).pk})


@objects("public:objection_new")
def _objecting(world: World) -> Pair:
    return Pair({"pk": _running(world.of).pk, "position": 1})


@objects("public:objection_receipt")
def _receipt(world: World) -> Pair:
    return Pair({"number": objection_in(world.of).number})


@objects("api:public-notice-detail", "api:public-notice-lines")
def _api_notice(world: World) -> Pair:
    own, foreign = (objection_in(of).line.notice_id for of in (world.of, world.foreign_of))
    return Pair({"pk": own}, {"pk": foreign}, seen_by=READERS)


@objects(
    "api:objection-detail",
    "api:objection-history",
    "api:objection-documents",
    "api:objection-uphold",
    "api:objection-dismiss",
    "api:objection-reopen",
)
def _api_objection(world: World) -> Pair:
    return Pair(
        {"pk": objection_in(world.of).pk},
        {"pk": objection_in(world.foreign_of).pk},
        seen_by=READERS,
        may_refuse=True,
    )
