"""`manage.py found_administrators FILE`: the first three administrators of a new system.

FILE is a CSV with the columns role, name, id_number, username (and mobile, email); one line for each of
system_admin, security_admin and audit_admin. Their first passwords are printed once. From then on roles
are proposed and approved in the application: the database takes no second founder.
"""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.accounts import services
from apps.accounts.actors import Actor
from apps.accounts.roles import ADMINISTRATORS, Role
from apps.core import clock
from apps.core.errors import ShituError


class Command(BaseCommand):
    help = "Make the first system, security and audit administrator: three different people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        with options["file"].open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        if sorted(row.get("role", "") for row in rows) != sorted(role.value for role in ADMINISTRATORS):
            raise CommandError("The file needs one line each for system_admin, security_admin, audit_admin.")
        founder = Actor.system("founding")
        try:
            with transaction.atomic():
                made = [self._found(founder, row) for row in rows]
        except ShituError as refusal:
            raise CommandError(str(refusal)) from refusal
        for role, username, password in made:
            self.stdout.write(f"{role}\t{username}\t{password}")

    def _found(self, founder: Actor, row: dict[str, str]) -> tuple[str, str, str]:
        person = services.register_person(
            founder, name=row["name"], id_number=row["id_number"], mobile=row.get("mobile") or ""
        )
        user, password = services.create_user(
            founder, username=row["username"], person=person, email=row.get("email") or ""
        )
        services.found_administrator(user, Role(row["role"]), on=clock.today())
        return row["role"], user.username, password
