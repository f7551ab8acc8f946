"""Parts of the frame of every page, kept as texts for the person and the place that they depend on.

`{% kept user.pk user.role %}...{% endkept %}` renders its content once for each language and each value of
what it names, which must be all that it depends on besides permissions (they follow from the role), settings
and the CSRF token: that one differs in every answer, and is put in.
"""

from typing import Any, Final

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.urls import get_script_prefix, get_urlconf
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

# A part of so many people and places takes some megabytes; then it is rendered anew.
MAX_TEXTS: Final = 1_000
# In the place of the token: nothing that a page contains, and nothing that is escaped.
TOKEN_MARK: Final = "csrf-token-of-this-answer"  # noqa: S105


class KeptNode(template.Node):
    def __init__(self, names: list[FilterExpression], nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self._names = names
        self._texts: dict[tuple[Any, ...], str] = {}

    def render(self, context: template.Context) -> SafeString:
        given = (name.resolve(context) for name in self._names)
        key = (get_language(), get_urlconf(), get_script_prefix(), *given)
        text = self._texts.get(key)
        if text is None:
            if len(self._texts) >= MAX_TEXTS:
                self._texts.clear()
            with context.push(csrf_token=TOKEN_MARK):
                text = self._texts[key] = self.nodelist.render(context)
        if TOKEN_MARK in text:
            text = text.replace(TOKEN_MARK, str(context["csrf_token"]))
        return SafeString(text)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Keep what stands until `endkept`."""
    names = token.split_contents()[1:]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode([parser.compile_filter(name) for name in names], nodelist)
