"""Building the tables from nothing in a third of the time.

Django renders a model, and every model related to it, anew for each constraint, index and trigger that
a migration adds. In a schema where nearly everything leads to a person or an organisation that is the
whole schema, some two hundred times. In a migration that only adds, nothing reads a rendered model's
constraints, so it is enough to render once, at its end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel, RunSQL
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

# What may stand in a migration for it to be rendered once. Altering or removing a field is not among
# them: Django then looks at the rendered constraints to leave them alone.
ONLY_ADDS = (AddConstraint, AddField, AddIndex, AddTrigger, CreateModel, RunSQL)
OF_OPTIONS = (AddConstraint, AddIndex, AddTrigger)


@contextmanager
def rendering_once() -> Iterator[None]:
    """For the length of the block, apply migrations that only add with one rendering at their end."""
    usual = Migration.apply

    def apply(
        self: Migration,
        project_state: ProjectState,
        schema_editor: BaseDatabaseSchemaEditor,
        collect_sql: bool = False,
    ) -> ProjectState:
        if not all(isinstance(operation, ONLY_ADDS) for operation in self.operations):
            return usual(self, project_state, schema_editor, collect_sql)
        touched = {
            (self.app_label, operation.model_name.lower())
            for operation in self.operations
            if isinstance(operation, OF_OPTIONS)
        }
        with _options_left_unrendered():
            state = usual(self, project_state, schema_editor, collect_sql)
        if touched and "apps" in state.__dict__:
            state.reload_models(sorted(touched), delay=True)
        return state

    Migration.apply = apply  # type: ignore[method-assign]
    try:
        yield
    finally:
        Migration.apply = usual  # type: ignore[method-assign]


@contextmanager
def _options_left_unrendered() -> Iterator[None]:
    usual = {operation: operation.state_forwards for operation in OF_OPTIONS}
    for operation, forwards in usual.items():
        operation.state_forwards = _without_rendering(forwards)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for operation, forwards in usual.items():
            operation.state_forwards = forwards  # type: ignore[method-assign]


def _without_rendering(forwards: Any) -> Any:
    def state_forwards(operation: Any, app_label: str, state: ProjectState) -> None:
        # An attribute of this one state hides the method, and goes again at once.
        state.__dict__["reload_model"] = lambda *_args, **_kwargs: None
        try:
            forwards(operation, app_label, state)
        finally:
            del state.__dict__["reload_model"]

    return state_forwards
