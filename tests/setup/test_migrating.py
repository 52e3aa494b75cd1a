"""Rendering once must give the same tables as rendering at every step."""

import pytest
from django.db import models
from django.db.migrations.migration import Migration
from django.db.migrations.operations import AddConstraint, AddIndex, AlterField, CreateModel
from django.db.migrations.state import ProjectState

from apps.core.migrating import rendering_once

OPERATIONS = [
    CreateModel(
        "Thing", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=9))]
    ),
    AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="thing_once")),
    AddIndex("thing", models.Index(fields=["name"], name="thing_by_name")),
]


class NoEditor:
    """Says yes to everything; the state is what is looked at."""

    class connection:  # noqa: N801
        alias = "default"
        features = type("Features", (), {"can_rollback_ddl": True})

    def __getattr__(self, name):
        return lambda *_args, **_kwargs: None


@pytest.fixture
def renderings(monkeypatch):
    """How often a state was told to render a model again."""
    calls = []
    for name in ("reload_model", "reload_models"):
        usual = getattr(ProjectState, name)

        def counted(state, *args, usual=usual, name=name, **kwargs):
            calls.append(name)
            return usual(state, *args, **kwargs)

        monkeypatch.setattr(ProjectState, name, counted)
    return calls


def applied(operations) -> ProjectState:
    migration = Migration("0001_initial", "things")
    migration.operations = operations
    state = ProjectState()
    assert state.apps is not None
    with rendering_once():
        return migration.apply(state, NoEditor())


def test_constraints_and_indexes_are_in_the_rendered_model_at_the_end(renderings):
    options = applied(OPERATIONS).apps.get_model("things", "thing")._meta
    assert [constraint.name for constraint in options.constraints] == ["thing_once"]
    assert [index.name for index in options.indexes] == ["thing_by_name"]
    assert renderings == ["reload_model", "reload_models"]


def test_a_migration_that_alters_a_field_is_rendered_at_every_step(renderings):
    alter = AlterField("thing", "name", models.CharField(max_length=20))
    applied([*OPERATIONS, alter])
    assert renderings == ["reload_model"] * 4


def test_afterwards_django_is_as_it_was():
    before = (Migration.apply, AddConstraint.state_forwards, AddIndex.state_forwards)
    applied(OPERATIONS)
    assert (Migration.apply, AddConstraint.state_forwards, AddIndex.state_forwards) == before
