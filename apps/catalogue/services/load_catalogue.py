"""Load a folder of catalogue files: change what differs, add what is new, remove nothing."""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from apps.catalogue.files import DatedRow, NamedRow, catalogue_dir, read_dated, read_levels, read_named
from apps.catalogue.models import Industry, Level, Occupation, OccupationListing, ProhibitedIndustry
from apps.core.errors import InvalidInput

# Advisory lock of everybody who loads the catalogue: "Slc", Shitu loads the catalogue.
_LOCK = 0x536C63


@dataclass(frozen=True)
class Loaded:
    """How many rows each file has."""

    levels: int
    occupations: int
    listings: int
    industries: int
    prohibitions: int


@transaction.atomic
def load_catalogue(directory: Path | None = None) -> Loaded:
    """Load the five files of a folder, the project's own by default; all of it or nothing.

    Loading again is harmless. Rows that the file no longer has stay: a list ends by its date, since
    what was granted under it must remain explicable. Raises InvalidInput naming file and line.
    """
    folder = directory or catalogue_dir()
    with connection.cursor() as cursor:
        # Several machines load at start-up; the second one changes what the first one wrote to the same.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    levels = read_levels(folder / "levels.csv")
    occupations = read_named(folder / "occupations.csv")
    listings = read_dated(folder / "occupation_lists.csv", ("list", "occupation", "level"))
    industries = read_named(folder / "industries.csv")
    prohibitions = read_dated(folder / "prohibited_industries.csv", ("industry",))
    Level.objects.bulk_create(
        [Level(code=row.code, name=row.name, name_en=row.name_en, rank=row.rank) for row in levels],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "name_en", "rank"],
    )
    _load_named(Occupation, occupations)
    _load_named(Industry, industries)
    _load_listings(listings)
    _load_prohibitions(prohibitions)
    return Loaded(len(levels), len(occupations), len(listings), len(industries), len(prohibitions))


def _load_named(model: type[models.Model], rows: list[NamedRow]) -> None:
    model._default_manager.bulk_create(
        [model(code=row.code, name=row.name, name_en=row.name_en) for row in rows],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "name_en"],
    )


def _load_listings(rows: list[DatedRow]) -> None:
    _refuse_unknown(rows, "occupation_lists.csv", 1, Occupation)
    _refuse_unknown(rows, "occupation_lists.csv", 2, Level)
    for row in rows:
        list_code, occupation, level = row.key
        OccupationListing.objects.update_or_create(
            list=list_code,
            occupation_id=occupation,
            level_id=level or None,
            valid_from=row.valid_from,
            defaults={"valid_to": row.valid_to, "document": row.document, "article": row.article},
        )


def _load_prohibitions(rows: list[DatedRow]) -> None:
    _refuse_unknown(rows, "prohibited_industries.csv", 0, Industry)
    for row in rows:
        ProhibitedIndustry.objects.update_or_create(
            industry_id=row.key[0],
            valid_from=row.valid_from,
            defaults={"valid_to": row.valid_to, "document": row.document, "article": row.article},
        )


def _refuse_unknown(rows: list[DatedRow], file: str, position: int, model: type[models.Model]) -> None:
    known = set(model._default_manager.values_list("pk", flat=True))
    for row in rows:
        code = row.key[position]
        if code and code not in known:
            raise InvalidInput(
                _("%(file)s, line %(line)s: the code %(code)s is not in the catalogue")
                % {"file": file, "line": row.line, "code": code},
                code="invalid_catalogue",
            )
