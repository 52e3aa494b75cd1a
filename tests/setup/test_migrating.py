"""Rendering only the changed model must give the same tables as rendering all that are related to it."""

import pytest
from django.db import models
from django.db.migrations.migration import Migration
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    RunPython,
)
from django.db.migrations.state import ModelState, ProjectState

from apps.core.migrating import rendering_one_model

KEY = ("id", models.BigAutoField(primary_key=True))
PLAIN = [
    CreateModel("Thing", [KEY, ("name", models.CharField(max_length=9))]),
    CreateModel("Part", [KEY, ("thing", models.ForeignKey("things.Thing", models.CASCADE))]),
    AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="thing_once")),
    AddIndex("thing", models.Index(fields=["name"], name="thing_by_name")),
    AddField("thing", "length", models.IntegerField(null=True)),
    AlterField("thing", "name", models.CharField(max_length=20)),
]


class NoEditor:
    """Says yes to everything; the state is what is looked at."""

    class connection:  # noqa: N801
        alias = "default"
        features = type("Features", (), {"can_rollback_ddl": True})

    def __getattr__(self, name):
        return lambda *_args, **_kwargs: None


@pytest.fixture
def rendered(monkeypatch):
    """The names of the models in the order in which they are rendered."""
    names = []
    usual = ModelState.render

    def render(state, apps):
        names.append(state.name)
        return usual(state, apps)

    monkeypatch.setattr(ModelState, "render", render)
    return names


def applied(*migrations) -> ProjectState:
    state = ProjectState()
    assert state.apps is not None
    with rendering_one_model():
        for number, operations in enumerate(migrations):
            migration = Migration(f"{number:04}", "things")
            migration.operations = operations
            state = migration.apply(state, NoEditor())
    return state


def test_each_plain_step_renders_the_model_it_changes_and_no_other(rendered):
    applied(PLAIN)
    assert rendered == ["Thing", "Part", "Thing", "Thing", "Thing", "Thing"]


def test_what_the_steps_added_is_in_the_rendered_model(rendered):
    options = applied(PLAIN).apps.get_model("things", "thing")._meta
    assert [constraint.name for constraint in options.constraints] == ["thing_once"]
    assert [index.name for index in options.indexes] == ["thing_by_name"]
    assert options.get_field("name").max_length == 20
    assert options.get_field("length").null


def test_a_step_of_python_finds_relations_that_fit_together():
    found = []

    def look(apps, _editor):
        thing, part = (apps.get_model("things", name) for name in ("thing", "part"))
        found.append(part._meta.get_field("thing").related_model is thing)
        found.append({field.name for field in thing._meta.related_objects} == {"part"})

    applied(PLAIN, [RunPython(look)])
    assert found == [True, True]


def test_a_key_that_others_refer_to_is_altered_as_django_does_it(rendered):
    wider = AlterField("thing", "id", models.UUIDField(primary_key=True))
    state = applied(PLAIN, [wider])
    thing, part = (state.apps.get_model("things", name) for name in ("thing", "part"))
    assert part._meta.get_field("thing").related_model is thing
    assert rendered[-2:] == ["Thing", "Part"] or rendered[-2:] == ["Part", "Thing"]


UNIQUE = AlterField("thing", "name", models.CharField(max_length=30, unique=True))


def test_a_unique_column_to_which_no_key_leads_is_a_plain_one(rendered):
    applied(PLAIN, [UNIQUE])
    assert rendered[-2:] == ["Thing", "Thing"]


def test_a_column_that_a_key_names_is_altered_as_django_does_it(rendered):
    named = models.ForeignKey("things.Thing", models.CASCADE, to_field="name")
    state = applied([*PLAIN, UNIQUE], [CreateModel("Label", [KEY, ("thing", named)])], [UNIQUE])
    thing, label = (state.apps.get_model("things", name) for name in ("thing", "label"))
    assert label._meta.get_field("thing").target_field is thing._meta.get_field("name")
    assert {"Thing", "Label", "Part"} == set(rendered[-3:])


def test_afterwards_django_is_as_it_was():
    before = Migration.apply, ProjectState.reload_model
    state = applied(PLAIN)
    assert (Migration.apply, ProjectState.reload_model) == before
    assert "reload_model" not in state.__dict__
