"""Whatever the document allows or forbids is sent, and every answer is one that the document names.

Each operation gets its boundary cases (schemathesis' coverage phase) and SHITU_FUZZ_EXAMPLES invented
ones, with a token of a role that may take it or of another, on objects of every state, one's own and
others'. A long campaign:

    make fuzz ARGS='--examples 500 tests/fuzz/test_interface.py'
"""

import os
import re
import traceback
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import resolve
from schemathesis.checks import CheckFunction
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoverageScenario
from schemathesis.specs.openapi.checks import negative_data_rejection

from apps.api.permissions import declared_by
from tests.api.stages import Stage, stages

IN_SHORT = 3
EXAMPLES = int(os.environ.get("SHITU_FUZZ_EXAMPLES", str(IN_SHORT)))
ON = datetime(2023, 3, 1, 2, 0, tzinfo=UTC)

# What addresses name by a word instead of a number.
_NAMED = {"code": "cash", "month": "2023-03"}

# Every step reads the same body, and three hundred boundary cases of it are as many for each of forty
# steps: in the short form one step of the plans and one that moves money stand for all. The content of a plan
# has seven hundred by itself.
_STEPS = r"/\{id\}/(?!apprentices|paid|receipts|result|complete-enrolments|documents|rosters)[a-z-]+/$"

pytestmark = pytest.mark.slow
_SPOKESMEN = ["/api/v1/plans/{id}/submit/", "/api/v1/claims/{id}/sign/"]
_OTHER_STEPS = {
    "include-method": ["POST", "PUT"],
    "include-path-regex": _STEPS,
    "exclude-path": _SPOKESMEN,
    "phases": {"coverage": {"enabled": False}},
}
_CONFIG = {
    # Each request gets a token below: one that was made wrong by having none would be right after all.
    "generation": {"max-examples": EXAMPLES, "deterministic": True, "with-security-parameters": False},
    "phases": {"examples": {"enabled": False}, "coverage": {"unexpected-methods": ["DELETE", "TRACE"]}},
    # What a rule forbids the document cannot say: a checksum, a licence, a state.
    "checks": {"positive_data_acceptance": {"enabled": False}},
    "operations": [_OTHER_STEPS] if EXAMPLES == IN_SHORT else [],
}

schema = schemathesis.openapi.from_wsgi(
    "/api/schema/", WSGIHandler(), config=schemathesis.Config.from_dict(_CONFIG)
)


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Stage]]:
    """The stages, made once for all operations and taken back at the end."""
    # A request that begins or ends would close the connection that holds the transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), time_machine.travel(ON, tick=False), transaction.atomic():
        yield stages()
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
def test_every_answer_is_one_that_the_document_names(case: Any, cast: list[Stage]) -> None:
    # The case itself decides who sends it and on what, so that a case that failed fails again.
    given = (case.path_parameters, case.query, dict(case.headers or {}), case.body, case.method)
    dice = zlib.crc32(repr(given).encode("utf-8", "replace"))
    stage = _stage(case, cast, dice)
    token = _token(case, cast, stage, dice)
    _name_what_exists(case, stage, dice)
    with _faults_are_told(), transaction.atomic():
        try:
            headers = {"Authorization": f"Bearer {token}"}
            case.call_and_validate(headers=headers, excluded_checks=_left_out(case))
        finally:
            transaction.set_rollback(True)


# Made as right ones; where a request comes with a file, the library counts them among the wrong ones.
_RIGHT = frozenset({CoverageScenario.VALID_OBJECT, CoverageScenario.DEFAULT_POSITIVE_TEST})


def _left_out(case: Any) -> list[CheckFunction]:
    """The check that a wrong request is refused, where the request is right."""
    return [negative_data_rejection] if getattr(case.meta.phase.data, "scenario", None) in _RIGHT else []


def _stage(case: Any, cast: list[Stage], dice: int) -> Stage:
    """A stage that has the object which the address is about."""
    part = case.path.split("/")[3]
    having = [stage for stage in cast if part in stage.ids] or cast
    return having[dice % len(having)]


def _token(case: Any, cast: list[Stage], stage: Stage, dice: int) -> str:
    """Mostly of a role that may take the operation and to which the object belongs; else of anybody."""
    everybody = [token for one in cast for token in one.tokens.values()]
    if dice % 11 == 0:
        return everybody[dice % len(everybody)]
    match = resolve(re.sub(r"\{\w+\}", "1", case.path))
    action = match.func.actions.get(case.operation.method.lower())
    declared = declared_by(type("View", (match.func.cls,), {"action": action}))
    fitting = [token for role, token in stage.tokens.items() if role in declared.roles]
    return (fitting or everybody)[dice % len(fitting or everybody)]


def _name_what_exists(case: Any, stage: Stage, dice: int) -> None:
    """Put keys of real objects where the case has well-formed ones of nothing."""
    wrong = {where for where, part in case.meta.components.items() if part.mode.is_negative}
    part = case.path.split("/")[3]
    if (
        "id" in case.path_parameters
        and ParameterLocation.PATH not in wrong
        and part in stage.ids
        and dice % 13
    ):
        case.path_parameters = {**case.path_parameters, "id": stage.ids[part]}
    if ParameterLocation.PATH not in wrong and dice % 13:
        named = {name: key for name, key in _NAMED.items() if name in case.path_parameters}
        case.path_parameters = {**case.path_parameters, **named}
    if isinstance(case.body, dict) and ParameterLocation.BODY not in wrong and dice % 5:
        known = {name: key for name, key in stage.names.items() if name in case.body}
        case.body = {**case.body, **known}


@contextmanager
def _faults_are_told() -> Iterator[None]:
    """Where the server fails, the failure of the test shows where."""
    faults: list[str] = []

    def remember(**_signal: Any) -> None:
        faults.append(traceback.format_exc())

    got_request_exception.connect(remember)
    try:
        yield
    except BaseException as error:
        for fault in faults:
            error.add_note(fault)
        raise
    finally:
        got_request_exception.disconnect(remember)
