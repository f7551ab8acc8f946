"""Parts of pages, kept as texts for what they depend on.

`{% cached_part user.pk user.role %}...{% endcached_part %}` renders its content once for each language and
each value of what it names, which must be all that it depends on besides permissions (they follow from the
role), settings and the CSRF token: that one differs in every answer, and is put in.

`{% cached_part key with reference=case.reference %}` leaves places for values that differ as well: the
content writes them by their new name, as they are or as an argument of `url`; nothing else may depend on
them. `{% cached_part key from page.verdict_texts %}` takes many of them from a mapping of names to texts.
"""

import re
from collections.abc import Mapping
from itertools import count
from secrets import token_hex
from sys import getsizeof
from typing import Any, Final

from django import template
from django.forms import BoundField, ModelChoiceField
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.urls import get_script_prefix, get_urlconf
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.caching.least_recent import LeastRecent
from creditdesk.encryption import keyring

register = template.Library()

# All parts of all pages together; whoever reads hundreds of cases in a row has the first rendered anew.
MAX_BYTES: Final = 4 * 2**20
# In the place of a value: nothing that a page contains, that is escaped, or that anybody could guess.
_SECRET: Final = token_hex(8)
_PLACE: Final = re.compile(rf"Place-{_SECRET}-(\w+)-")
_numbers: Final = count()
_TOKEN: Final = "csrf_token"  # noqa: S105


def _place(name: str) -> str:
    return f"Place-{_SECRET}-{name}-"


_texts: Final = LeastRecent[list[str]](MAX_BYTES)


def forget() -> None:
    """Drop every part and field: parts of case pages show a client's figures."""
    _texts.clear()


keyring.after_erasures(forget)


def _keep(key: tuple[Any, ...], pieces: list[str]) -> list[str]:
    _texts.keep(key, pieces, sum(map(getsizeof, pieces)))
    return pieces


class CachedPartNode(template.Node):
    def __init__(
        self,
        names: list[FilterExpression],
        values: dict[str, FilterExpression],
        texts: FilterExpression | None,
        nodelist: NodeList,
    ) -> None:
        self.nodelist = nodelist
        self._names = names
        self._values = values
        self._texts = texts
        self._number = next(_numbers)

    def render(self, context: template.Context) -> SafeString:
        given = (name.resolve(context) for name in self._names)
        key = (self._number, get_language(), get_urlconf(), get_script_prefix(), *given)
        texts: Mapping[str, str] = self._texts.resolve(context) if self._texts else {}
        # Pieces of text, with the name of a value between each two.
        pieces = _texts.get(key)
        if pieces is None:
            with context.push(**{name: _place(name) for name in (*self._values, *texts, _TOKEN)}):
                pieces = _keep(key, _PLACE.split(self.nodelist.render(context)))
        if len(pieces) == 1:
            return SafeString(pieces[0])
        filled = list(pieces)
        written: dict[str, str] = {}
        for position in range(1, len(pieces), 2):
            name = pieces[position]
            if name not in written:
                written[name] = conditional_escape(
                    texts[name] if name in texts else self._value(name, context)
                )
            filled[position] = written[name]
        return SafeString("".join(filled))

    def _value(self, name: str, context: template.Context) -> Any:
        # A name of a part around this one, or the token, is looked up where it stands.
        return self._values[name].resolve(context) if name in self._values else context[name]


@register.tag
def cached_part(parser: Parser, token: Token) -> CachedPartNode:
    """Keep what stands until `endcached_part`."""
    names = token.split_contents()[1:]
    values: dict[str, FilterExpression] = {}
    texts: FilterExpression | None = None
    if "from" in names:
        position = names.index("from")
        names, bits = names[:position], names[position + 1 :]
        if len(bits) != 1:
            raise template.TemplateSyntaxError("cached_part ... from mapping")
        texts = parser.compile_filter(bits[0])
    elif "with" in names:
        position = names.index("with")
        names, bits = names[:position], names[position + 1 :]
        values = token_kwargs(bits, parser)
        if bits or not values:
            raise template.TemplateSyntaxError("cached_part ... with name=value ...")
    nodelist = parser.parse(("endcached_part",))
    parser.delete_first_token()
    return CachedPartNode([parser.compile_filter(name) for name in names], values, texts, nodelist)


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
        "field",
        get_language(),
        type(field.form),
        field.name,
        field.auto_id,
        str(field.initial),
        attributes,
        *people,
    )
    return SafeString((_texts.get(key) or _keep(key, [field.as_field_group()]))[0])
