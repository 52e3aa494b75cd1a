"""Tells mypy what the middleware puts on a request.

django-stubs knows only Django's own attributes; to annotate every view with a request class of our own
would say nothing that a reader does not see.
"""

from collections.abc import Callable

from mypy.plugin import ClassDefContext, Plugin
from mypy.plugins.common import add_attribute_to_class
from mypy.types import AnyType, TypeOfAny

ATTRIBUTES = ("actor", "membership", "memberships", "htmx", "session_ended", "silent_sign_out")


class RequestPlugin(Plugin):
    """Adds the attributes to Django's HttpRequest."""

    def get_customize_class_mro_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        """Called by mypy for each class."""
        return _add_attributes if fullname == "django.http.request.HttpRequest" else None


def _add_attributes(context: ClassDefContext) -> None:
    for name in ATTRIBUTES:
        if name not in context.cls.info.names:
            add_attribute_to_class(context.api, context.cls, name, AnyType(TypeOfAny.explicit))


def plugin(_version: str) -> type[Plugin]:
    """The entry point that mypy looks for."""
    return RequestPlugin
