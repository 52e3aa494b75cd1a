"""Database guards of movements that were divided: the parts make the movement, to the fen, once and for good.

A movement is divided in one statement: the row of the division, all of its parts, and the match of the
movement which says that its parts are explained instead. The key of matches (one a movement) keeps apart who
divides it and who explains it.
"""

import pgtrigger

from apps.core.triggers import Guard, compared_as_a_set

# All parts come in one statement, of a movement that nothing else explains; none comes later, whatever it is.
_PARTS = """
    IF NOT EXISTS (SELECT FROM new_rows WHERE division_id IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    EXECUTE $rows$
        SELECT EXISTS (
            SELECT FROM new_rows n
              LEFT JOIN public.banking_division d ON d.id = n.division_id
              LEFT JOIN public.banking_statementline m ON m.id = d.line_id
             WHERE n.division_id IS NOT NULL
               AND (m.id IS NULL OR m.division_id IS NOT NULL
                    OR (n.statement_id, n.paying_account_id, n.row, n.booked_on, n.bank_serial, n.against)
                       IS DISTINCT FROM
                       (m.statement_id, m.paying_account_id, m.row, m.booked_on,
                        m.bank_serial || '/' || n.part, sign(n.amount_fen) <> sign(m.amount_fen)))
        ) OR EXISTS (
            SELECT FROM (SELECT division_id, count(*) AS parts, sum(amount_fen) AS fen FROM new_rows
                          WHERE division_id IS NOT NULL GROUP BY division_id) AS made
              JOIN public.banking_division d ON d.id = made.division_id
              JOIN public.banking_statementline m ON m.id = d.line_id
             WHERE made.parts < 2 OR made.fen <> m.amount_fen
                OR made.parts <> (SELECT count(*) FROM public.banking_statementline p
                                   WHERE p.division_id = made.division_id)
                OR EXISTS (SELECT FROM public.banking_statementmatch x
                            WHERE x.line_id = m.id AND x.division_id IS DISTINCT FROM d.id)
        )
    $rows$ INTO _wrong;
    IF _wrong THEN
        RAISE EXCEPTION 'a movement that nothing explains is divided at once, into parts that make its amount'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'banking_parts_make_the_movement';
    END IF;
    RETURN NULL;
"""
_CARRIED_OUT = """
    IF NOT EXISTS (SELECT FROM public.banking_statementmatch x WHERE x.division_id = NEW.id) THEN
        RAISE EXCEPTION 'a movement that is divided is explained by its parts'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'banking_division_carried_out';
    END IF;
    RETURN NULL;
"""
# With the match of the movement its parts go, all of them at once: one that is explained has a match already.
_PARTS_GO = """
    INSERT INTO public.banking_statementmatch (line_id, kind, rule, matched_by_id, matched_at)
    SELECT p.id, 'taken_back', '', u.undone_by_id, u.undone_at
      FROM public.banking_statementline p JOIN public.banking_undonematch u ON u.match_id = OLD.id
     WHERE p.division_id = OLD.division_id
     ORDER BY p.id;
    RETURN NULL;
"""


def parts_guard() -> Guard:
    """Parts are of one movement, two at least, and make its amount; there is no part of a part."""
    return Guard(
        name="parts_make_the_movement",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        declare=[("_wrong", "boolean")],
        func=_PARTS,
    )


def division_guard() -> Guard:
    """A division is whole at once: the parts of a movement never count beside it."""
    return Guard(
        name="carried_out",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func=_CARRIED_OUT,
    )


def division_match_guards() -> list[Guard]:
    """What a division explains, the order in which its parts are, and what becomes of them without it."""
    return [
        compared_as_a_set(
            "of_its_division",
            joins="""
                JOIN public.banking_statementline l
                  ON l.id = n.line_id AND n.kind IN ('divided', 'taken_back')
                LEFT JOIN public.banking_division d ON d.id = n.division_id
            """,
            wrong="""
                CASE n.kind
                WHEN 'divided' THEN d.line_id IS DISTINCT FROM l.id
                    OR NOT EXISTS (SELECT FROM public.banking_statementline p WHERE p.division_id = d.id)
                    OR EXISTS (SELECT FROM public.banking_undonematch u WHERE u.division_id = d.id)
                ELSE l.division_id IS NULL
                    OR EXISTS (SELECT FROM public.banking_statementmatch x
                                WHERE x.division_id = l.division_id)
                END
            """,
            message="a movement is divided by the parts that it has, and its parts count as long as it is",
            constraint="banking_match_of_its_division",
            code="check_violation",
        ),
        # Who types amounts must not make money out of nothing: +1,000.00 that came back, and -995.00 that
        # nobody signs for. What goes against the movement is a posting that two persons signed, and first.
        compared_as_a_set(
            "parts_in_order",
            joins="""
                JOIN public.banking_statementline l ON l.id = n.line_id AND l.division_id IS NOT NULL
            """,
            wrong="""
                CASE WHEN l.against
                     THEN n.kind <> 'taken_back' AND (n.kind <> 'posting' OR n.rule <> '')
                     ELSE (n.kind IN ('payment', 'receipt', 'return') OR n.kind = 'posting' AND n.rule <> '')
                      AND EXISTS (SELECT FROM public.banking_statementline a
                                   WHERE a.division_id = l.division_id AND a.against
                                     AND NOT EXISTS (SELECT FROM public.banking_statementmatch x
                                                      WHERE x.line_id = a.id))
                END
            """,
            message="what goes against its movement is a signed posting, before the other parts",
            constraint="banking_parts_in_order",
            code="check_violation",
        ),
        Guard(
            name="parts_go",
            level=pgtrigger.Row,
            when=pgtrigger.After,
            operation=pgtrigger.Delete,
            condition=pgtrigger.Condition("OLD.kind = 'divided'"),
            func=_PARTS_GO,
        ),
    ]
