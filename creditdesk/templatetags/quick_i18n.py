"""Django's `i18n` tags, with texts that depend on the language alone looked up once for each.

A page has 60 such texts; Django's tags look each one up, and format it, whenever it is rendered. The settings
put this library in the place of `i18n`.
"""

from typing import Any

from django import template
from django.template.base import Parser, Token, TokenType
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class _ByLanguage(template.Node):
    """A node whose text depends on the language alone."""

    child_nodelists = ()

    def __init__(self, node: template.Node) -> None:
        self._node = node
        self._texts: dict[str | None, Any] = {}

    def render(self, context: template.Context) -> Any:
        language = get_language()
        if language not in self._texts:
            self._texts[language] = self._node.render(context)
        return self._texts[language]


@register.tag("trans")
@register.tag("translate")
def translate(parser: Parser, token: Token) -> template.Node:
    literal = token.split_contents()
    node = i18n.do_translate(parser, token)
    # A name and a text in quotation marks, without filters, context or variable.
    is_plain = len(literal) == 2 and literal[1][0] in "\"'" and literal[1][-1] == literal[1][0]
    return _ByLanguage(node) if is_plain else node


@register.tag("blocktrans")
@register.tag("blocktranslate")
def blocktranslate(parser: Parser, token: Token) -> template.Node:
    node = i18n.do_block_translate(parser, token)
    has_variables = node.plural or node.extra_context or node.asvar or node.message_context
    is_text = all(part.token_type == TokenType.TEXT for part in node.singular)
    return node if has_variables or not is_text else _ByLanguage(node)
