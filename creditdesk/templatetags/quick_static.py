"""Django's `static` tag, with the address of each named file looked up once.

A page names two dozen files, and Django builds each address anew. The settings put this library in the place
of `static`.
"""

from functools import lru_cache
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.base import Parser, Token
from django.templatetags import static as django_static

register = template.Library()
register.tags.update(django_static.register.tags)


class QuickStaticNode(django_static.StaticNode):
    def url(self, context: template.Context) -> Any:
        return _address(self.path.resolve(context))


@register.tag("static")
def static(parser: Parser, token: Token) -> django_static.StaticNode:
    node = django_static.StaticNode.handle_token(parser, token)
    return QuickStaticNode(node.varname, node.path)


@lru_cache(maxsize=512)
def _address(path: str) -> str:
    return str(staticfiles_storage.url(path))
