"""Building the tables from nothing in a fifth of the time.

After each step of a migration Django renders the model that the step changed, and every model related to
it, anew. In a schema where nearly everything leads to a person or an organisation that is the whole
schema, some five hundred times. The statements that a plain step sends to the database are written from
the changed model alone: of the others it reads names of tables and columns, which no plain step changes.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelOptions,
    CreateModel,
    RemoveConstraint,
    RemoveIndex,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field
from pgtrigger.migrations import AddTrigger, RemoveTrigger

# What may stand in a migration for it to be rendered model by model. A step of Python is not among them:
# it may follow a relation from any model to any other, so all of them have to fit together.
PLAIN = (
    *(AddConstraint, AddField, AddIndex, AddTrigger, AlterField, AlterModelOptions, CreateModel),
    *(RemoveConstraint, RemoveIndex, RemoveTrigger, RunSQL),
)
_STALE = "shitu_related_models_are_stale"


@contextmanager
def rendering_one_model() -> Iterator[None]:
    """For the length of the block, plain migrations render of each step the changed model and no other."""
    usual = Migration.apply

    def apply(
        self: Migration,
        project_state: ProjectState,
        schema_editor: BaseDatabaseSchemaEditor,
        collect_sql: bool = False,
    ) -> ProjectState:
        known = project_state.__dict__
        if not all(_is_plain(step, self.app_label, project_state) for step in self.operations):
            if known.pop(_STALE, False):
                known.pop("apps", None)
            return usual(self, project_state, schema_editor, collect_sql)
        known[_STALE] = True
        # An attribute of this one state hides the method.
        known["reload_model"] = partial(_render, project_state)
        try:
            return usual(self, project_state, schema_editor, collect_sql)
        finally:
            del known["reload_model"]

    Migration.apply = apply  # type: ignore[method-assign]
    try:
        yield
    finally:
        Migration.apply = usual  # type: ignore[method-assign]


def _render(state: ProjectState, label: str, name: str, **_how: bool) -> None:
    if "apps" not in state.__dict__:
        return
    with state.apps.bulk_update():
        state.apps.unregister_model(label, name)
    state.apps.render_multiple([state.models[label, name]])


def _is_plain(step: Operation, label: str, state: ProjectState) -> bool:
    if isinstance(step, CreateModel):
        return not any(field.many_to_many for _name, field in step.fields)
    if isinstance(step, AddField):
        return not step.field.many_to_many
    if isinstance(step, AlterField):
        before = state.models.get((label, step.model_name_lower))
        fields = [step.field, before.fields.get(step.name) if before else None]
        if any(field is not None and (field.primary_key or field.many_to_many) for field in fields):
            return False
        return not _is_referenced(step.name, state)
    return isinstance(step, PLAIN)


def _is_referenced(name: str, state: ProjectState) -> bool:
    """Whether a key names a column of this name: it may have to change its type along with it."""
    return any(
        field.remote_field is not None and name in _named_columns(field)
        for model in state.models.values()
        for field in model.fields.values()
    )


def _named_columns(key: Field) -> Iterable[str | None]:
    """The columns, other than the primary key, that a foreign key names in the table that it leads to."""
    return getattr(key, "to_fields", ())
