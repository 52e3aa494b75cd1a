"""Database triggers generated from a transition table: no step outside it, no step without history."""

import pgtrigger

from apps.casework.transitions import TransitionTable
from apps.core.triggers import Guard

_ACTOR = [
    ("_role", "text := nullif(current_setting('shitu.role', true), '')"),
    ("_user", "bigint := nullif(current_setting('shitu.user_id', true), '')::bigint"),
    ("_person", "bigint := nullif(current_setting('shitu.person_id', true), '')::bigint"),
    ("_action", "text := nullif(current_setting('shitu.action', true), '')"),
    ("_reason", "text := coalesce(current_setting('shitu.reason', true), '')"),
]

_REQUIRE_ACTOR = """
    IF _role IS NULL OR _action IS NULL OR (_role <> 'system' AND (_user IS NULL OR _person IS NULL))
       OR (_role = 'system' AND _reason = '') THEN
        RAISE EXCEPTION 'a state of {subject} changes only with an actor, an action and a reason'
            USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_needs_actor';
    END IF;
"""

_INSERT_HISTORY = """
    INSERT INTO casework_history
        (subject_type, subject_id, action, from_state, to_state, user_id, person_id, role, reason,
         district_code, content_version, at)
    SELECT '{subject}', n.id, {action}, {from_state}, n.state, _user, _person, _role, _reason,
           n.district_id, n.version, clock_timestamp()
"""

_ON_UPDATE = """
    IF EXISTS (SELECT 1 FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id WHERE o.id IS NULL) THEN
        RAISE EXCEPTION 'the key of a {subject} never changes'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = '{table}_kept';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state) THEN
        RETURN NULL;
    END IF;
    {require_actor}
    SELECT n.id, o.state AS from_state, n.state AS to_state INTO _bad
      FROM new_rows n JOIN old_rows o ON o.id = n.id
     WHERE n.state <> o.state AND (o.state, _action, n.state) NOT IN (VALUES {triples}) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '{subject} % may not go from % to % by %',
                        _bad.id, _bad.from_state, _bad.to_state, _action
            USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_transition';
    END IF;
    {insert_history}
      FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state ORDER BY n.id;
    RETURN NULL;
"""

_ON_DELETE = """
    RAISE EXCEPTION 'a {subject} is never deleted: withdraw it'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = '{table}_kept';
"""

_ON_INSERT = """
    IF NOT EXISTS (SELECT 1 FROM new_rows) THEN RETURN NULL; END IF;
    {require_actor}
    IF EXISTS (SELECT 1 FROM new_rows n WHERE n.state <> '{initial}') THEN
        RAISE EXCEPTION 'a {subject} begins as {initial}'
            USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_initial';
    END IF;
    {insert_history}
      FROM new_rows n ORDER BY n.id;
    RETURN NULL;
"""


def state_triggers(table: TransitionTable) -> list[Guard]:
    """The triggers of a case table: allowed steps only, one history row a step, no deletion.

    They are statement-level, so that a class of thousands moves at the speed of one INSERT … SELECT.
    The actor comes from the transaction-local settings that `casework.acting` writes.
    """
    name = table.subject.replace(".", "_")
    names = {"subject": table.subject, "table": name}
    require_actor = _REQUIRE_ACTOR.format(**names)
    triples = ", ".join(f"('{a}', '{b}', '{c}')" for a, b, c in table.triples())
    on_update = _ON_UPDATE.format(
        require_actor=require_actor,
        triples=triples,
        insert_history=_INSERT_HISTORY.format(action="_action", from_state="o.state", **names),
        **names,
    )
    on_insert = _ON_INSERT.format(
        require_actor=require_actor,
        initial=table.initial,
        insert_history=_INSERT_HISTORY.format(action="'create'", from_state="''", **names),
        **names,
    )
    return [
        Guard(
            name="state_step",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            declare=[*_ACTOR, ("_bad", "record")],
            func=on_update,
        ),
        Guard(
            name="state_start",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
            declare=_ACTOR,
            func=on_insert,
        ),
        Guard(
            name="keep_row",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            func=_ON_DELETE.format(**names),
        ),
    ]
