"""Post many transactions at the speed of COPY.

Rows are copied into staging tables of the session and move on in one statement, so that the same guards
hold as for a single posting and each of them looks once at the whole.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from apps.core import failpoints
from apps.core.errors import Conflict, Refused
from apps.ledger.services.refusals import constraint_of, in_sentences
from apps.ledger.services.specs import Posting

CHUNK_SIZE = 50_000
_ATTEMPTS = 5

_STAGE = """
DROP TABLE IF EXISTS pg_temp.ledger_staged_transaction, pg_temp.ledger_staged_leg;
CREATE TEMPORARY TABLE ledger_staged_transaction ON COMMIT DROP AS
SELECT id, key, on_date, kind, memo, posted_by_id, subject_type, subject_id
  FROM public.ledger_transaction LIMIT 0;
CREATE TEMPORARY TABLE ledger_staged_leg ON COMMIT DROP AS
SELECT transaction_id, position, on_date, account_code, fund_code, district_code, debit_fen, credit_fen,
       subject_type, subject_id
  FROM public.ledger_leg LIMIT 0;
"""
_COPY_HEADS = "COPY pg_temp.ledger_staged_transaction FROM STDIN"
_COPY_LEGS = "COPY pg_temp.ledger_staged_leg FROM STDIN"
_POST_STAGED = """
WITH heads AS (
    INSERT INTO public.ledger_transaction
           (id, key, on_date, kind, memo, posted_by_id, subject_type, subject_id)
    SELECT id, key, on_date, kind, memo, posted_by_id, subject_type, subject_id
      FROM pg_temp.ledger_staged_transaction
)
INSERT INTO public.ledger_leg
       (transaction_id, position, on_date, account_code, fund_code, district_code, debit_fen, credit_fen,
        subject_type, subject_id)
SELECT transaction_id, position, on_date, account_code, fund_code, district_code, debit_fen, credit_fen,
       subject_type, subject_id
  FROM pg_temp.ledger_staged_leg
"""
_DIFFERENT = """
SELECT staged.key
  FROM pg_temp.ledger_staged_transaction staged
  JOIN public.ledger_transaction posted ON posted.key = staged.key
 WHERE posted.reverses_id IS NOT NULL
    OR (staged.on_date, staged.kind, staged.subject_type, staged.subject_id)
       IS DISTINCT FROM (posted.on_date, posted.kind, posted.subject_type, posted.subject_id)
    OR (SELECT jsonb_agg(jsonb_build_array(account_code, fund_code, district_code, debit_fen, credit_fen,
                                           subject_type, subject_id) ORDER BY position)
          FROM public.ledger_leg WHERE transaction_id = posted.id)
       IS DISTINCT FROM
       (SELECT jsonb_agg(jsonb_build_array(account_code, fund_code, district_code, debit_fen, credit_fen,
                                           subject_type, subject_id) ORDER BY position)
          FROM pg_temp.ledger_staged_leg WHERE transaction_id = staged.id)
 LIMIT 1
"""
_SET_ASIDE = """
CREATE INDEX IF NOT EXISTS ledger_staged_leg_of ON pg_temp.ledger_staged_leg (transaction_id);
ANALYZE pg_temp.ledger_staged_transaction;
ANALYZE pg_temp.ledger_staged_leg;
"""
_DROP_POSTED = """
WITH posted AS (
    DELETE FROM pg_temp.ledger_staged_transaction staged USING public.ledger_transaction posted
     WHERE posted.key = staged.key
    RETURNING staged.id AS staged_id, posted.id AS posted_id
), legs AS (
    DELETE FROM pg_temp.ledger_staged_leg leg USING posted WHERE leg.transaction_id = posted.staged_id
)
SELECT staged_id, posted_id FROM posted
"""


def post_many(postings: Iterable[Posting]) -> list[int]:
    """Post all of `postings` or, where one is refused, none; return their transaction ids in the same order.

    As `post` does, each key is posted once: those posted before with the same content are left alone and
    their ids returned. Takes any iterable and holds one chunk at a time. Raises as `post`.
    """
    rest = iter(postings)
    ids: list[int] = []
    with transaction.atomic():
        while chunk := list(islice(rest, CHUNK_SIZE)):
            ids += _post_chunk(chunk)
            failpoints.point("posting.posted")
    return ids


def _post_chunk(chunk: Sequence[Posting]) -> list[int]:
    if len({posting.key for posting in chunk}) < len(chunk):
        raise Refused(_("The same key stands twice in one bulk posting."), code="key_twice")
    with in_sentences(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(nextval('public.ledger_transaction_id_seq')) FROM generate_series(1, %s)",
            [len(chunk)],
        )
        ids: list[int] = cursor.fetchone()[0]
        cursor.execute(_STAGE)
        heads, legs = _lines(chunk, ids)
        cursor.copy_expert(_COPY_HEADS, heads)
        cursor.copy_expert(_COPY_LEGS, legs)
        before = _post_staged(cursor)
    return [before.get(number, number) for number in ids] if before else ids


def _post_staged(cursor: CursorWrapper) -> dict[int, int]:
    """Move the staged rows into the ledger; return staged id → id for the keys that stood there before."""
    before: dict[int, int] = {}
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                cursor.execute(_POST_STAGED)
            break
        except IntegrityError as error:
            # A key of ours is there, perhaps since a moment ago: set it aside and go on with the rest.
            if constraint_of(error) != "ledger_transaction_key_once" or attempt == _ATTEMPTS - 1:
                raise
        cursor.execute(_SET_ASIDE)
        _refuse_other_content(cursor)
        cursor.execute(_DROP_POSTED)
        before.update(cursor.fetchall())
    return before


def _refuse_other_content(cursor: CursorWrapper) -> None:
    cursor.execute(_DIFFERENT)
    different = cursor.fetchone()
    if different:
        raise Conflict(
            _("The key “%(key)s” was used for another transaction.") % {"key": different[0]},
            code="key_reused",
        )


def _copyable(chunk: Sequence[Posting]) -> Sequence[Posting]:
    """The postings with texts as COPY reads them. Hardly any text needs that, and asking once is quick."""
    texts = {posting.memo for posting in chunk} | {posting.kind for posting in chunk}
    texts |= {posting.subject_type for posting in chunk}
    for posting in chunk:
        for leg in posting.legs:
            texts.update((leg.account_code, leg.fund, leg.district, leg.subject_type))
    together = "".join(texts) + "".join([posting.key for posting in chunk])
    if together.isprintable() and "\\" not in together:
        return chunk
    return [_escaped_posting(posting) for posting in chunk]


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped_posting(posting: Posting) -> Posting:
    legs = [
        replace(
            leg,
            account_code=leg.account_code.translate(_ESCAPES),
            fund=leg.fund.translate(_ESCAPES),
            district=leg.district.translate(_ESCAPES),
            subject_type=leg.subject_type.translate(_ESCAPES),
        )
        for leg in posting.legs
    ]
    return replace(
        posting,
        key=posting.key.translate(_ESCAPES),
        kind=posting.kind.translate(_ESCAPES),
        memo=posting.memo.translate(_ESCAPES),
        subject_type=posting.subject_type.translate(_ESCAPES),
        legs=legs,
    )


def _lines(chunk: Sequence[Posting], ids: Sequence[int]) -> tuple[io.StringIO, io.StringIO]:
    """The lines of both tables for COPY, in one plain loop: here a bulk posting spends Python's time."""
    heads: list[str] = []
    legs: list[str] = []
    days: dict[date, str] = {}
    for number, posting in zip(ids, _copyable(chunk), strict=True):
        day = days.get(posting.on) or days.setdefault(posting.on, posting.on.isoformat())
        author = "\\N" if posting.posted_by_id is None else posting.posted_by_id
        subject = "\\N" if posting.subject_id is None else posting.subject_id
        heads.append(
            f"{number}\t{posting.key}\t{day}\t{posting.kind}\t{posting.memo}"
            f"\t{author}\t{posting.subject_type}\t{subject}\n"
        )
        for position, leg in enumerate(posting.legs, start=1):
            subject = "\\N" if leg.subject_id is None else leg.subject_id
            legs.append(
                f"{number}\t{position}\t{day}\t{leg.account_code}\t{leg.fund}\t{leg.district}"
                f"\t{leg.debit_fen}\t{leg.credit_fen}\t{leg.subject_type}\t{subject}\n"
            )
    return io.StringIO("".join(heads)), io.StringIO("".join(legs))
