import re

import pytest
from django.template import Context, Template
from django.utils.translation import override

from creditdesk.models import Notification
from creditdesk.templatetags import cached_parts

TEXT = (
    "{% load i18n cached_parts %}{% cached_part name %}"
    "{% translate 'Cases' %} {{ name }} {{ other }} {% csrf_token %}{% endcached_part %}"
)


def test_a_part_is_rendered_once_for_what_it_names_and_for_a_language():
    template = Template(TEXT)
    render = lambda name, other: str(template.render(_context(name, other)))  # noqa: E731
    assert "Cases Anna first" in render("Anna", "first")
    assert "Cases Anna first" in render("Anna", "second")
    assert "Cases Boris second" in render("Boris", "second")
    with override("fr"):
        assert "Dossiers Anna third" in render("Anna", "third")


def test_each_answer_has_its_own_token():
    template = Template(TEXT)
    for token in ("one", "two"):
        rendered = template.render(_context("Anna", "", token))
        assert re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', rendered) == [token]


def test_no_more_texts_are_kept_than_the_limit(monkeypatch):
    monkeypatch.setattr(cached_parts, "MAX_TEXTS", 2)
    template = Template(TEXT)
    (node,) = template.nodelist.get_nodes_by_type(cached_parts.CachedPartNode)
    for name in ("Anna", "Boris", "Chloe"):
        assert f"Cases {name}" in template.render(_context(name, ""))
        assert isinstance(node, cached_parts.CachedPartNode)
        assert len(node._texts) <= 2


@pytest.mark.django_db
def test_nobody_reads_the_menu_or_the_count_of_somebody_else(client_as, case_of, person):
    """Two people of one role, one after the other, in the same process."""
    Notification.objects.create(recipient=person("advisor"), case=case_of("advisor"), kind="assigned")
    unread = {"advisor": 1, "colleague": 0, "manager": 0}
    for name in (*unread, *unread):
        page = client_as(name).get("/cases/").content.decode()
        assert re.findall(r"<strong>(\w+)</strong><small>", page) == [name]
        assert re.findall(r'data-unread="(\d+)"', page) == [str(unread[name])]
        assert ('href="/portfolio/"' in page) == (name == "manager")


def _context(name: str, other: str, token: str = "token") -> Context:  # noqa: S107
    return Context({"name": name, "other": other, "csrf_token": token})
