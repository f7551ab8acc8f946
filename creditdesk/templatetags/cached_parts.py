"""Parts of the frame of every page, kept as texts for the person and the place that they depend on.

`{% cached_part user.pk user.role %}...{% endcached_part %}` renders its content once for each language and
each value of what it names, which must be all that it depends on besides permissions (they follow from the
role), settings and the CSRF token: that one differs in every answer, and is put in.
"""

from typing import Any, Final

from django import template
from django.forms import BoundField, ModelChoiceField
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.urls import get_script_prefix, get_urlconf
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

# A part of so many people and places takes some megabytes; then it is rendered anew.
MAX_TEXTS: Final = 1_000
# In the place of the token: nothing that a page contains, and nothing that is escaped.
TOKEN_MARK: Final = "csrf-token-of-this-answer"  # noqa: S105


class _Texts(dict[tuple[Any, ...], str]):
    def keep(self, key: tuple[Any, ...], text: str) -> str:
        if len(self) >= MAX_TEXTS:
            self.clear()
        self[key] = text
        return text


class CachedPartNode(template.Node):
    def __init__(self, names: list[FilterExpression], nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self._names = names
        self._texts = _Texts()

    def render(self, context: template.Context) -> SafeString:
        given = (name.resolve(context) for name in self._names)
        key = (get_language(), get_urlconf(), get_script_prefix(), *given)
        text = self._texts.get(key)
        if text is None:
            with context.push(csrf_token=TOKEN_MARK):
                text = self._texts.keep(key, self.nodelist.render(context))
        if TOKEN_MARK in text:
            text = text.replace(TOKEN_MARK, str(context["csrf_token"]))
        return SafeString(text)


@register.tag
def cached_part(parser: Parser, token: Token) -> CachedPartNode:
    """Keep what stands until `endcached_part`."""
    names = token.split_contents()[1:]
    nodelist = parser.parse(("endcached_part",))
    parser.delete_first_token()
    return CachedPartNode([parser.compile_filter(name) for name in names], nodelist)


_fields: Final = _Texts()


@register.simple_tag
def empty_field(field: BoundField, *people: object) -> str:
    """Render a field with its label; the text of one that nobody has filled in yet is kept.

    A choice of rows of the database has to name what it depends on: who is there, and who is left out.
    """
    chooses_rows = isinstance(field.field, ModelChoiceField)
    if field.form.is_bound or (chooses_rows and not people):
        return field.as_field_group()
    attributes = tuple(field.field.widget.attrs.items())
    key = (
        get_language(),
        type(field.form),
        field.name,
        field.auto_id,
        str(field.initial),
        attributes,
        *people,
    )
    return SafeString(_fields.get(key) or _fields.keep(key, field.as_field_group()))
