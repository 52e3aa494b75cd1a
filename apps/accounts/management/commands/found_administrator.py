"""`manage.py found_administrator ROLE USERNAME NAME`: the first administrator of each kind."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.accounts.actors import Actor
from apps.accounts.roles import ADMINISTRATORS, Role
from apps.accounts.services import create_user, found_administrator, register_person
from apps.core.clock import today
from apps.core.errors import ShituError


class Command(BaseCommand):
    help = (
        "Make the first administrator of a kind on a fresh system and print the first password, which must "
        "be changed at the first sign-in. The identity number is asked for, or read from standard input; "
        "it never stands on the command line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", choices=sorted(role.value for role in ADMINISTRATORS))
        parser.add_argument("username")
        parser.add_argument("name", help="the person's name, as on the identity card")

    def handle(self, *args: Any, **options: Any) -> None:
        number = getpass("Identity number: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
        actor, on = Actor.system("founding"), today()
        try:
            with transaction.atomic():
                person = register_person(actor, name=options["name"], id_number=number, on=on)
                user, password = create_user(actor, username=options["username"], person=person)
                found_administrator(user, Role(options["role"]), on=on)
        except ShituError as refusal:
            raise CommandError(str(refusal.message)) from None
        self.stdout.write(f"{user.username} may sign in; the first password is {password}")
