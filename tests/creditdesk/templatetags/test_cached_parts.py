import re

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.translation import override

from accounts.caching.least_recent import LeastRecent
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


def test_values_that_are_put_in_are_this_answers_own_and_are_escaped():
    template = Template(
        "{% load cached_parts %}{% cached_part name with number=case.number word=case.word %}"
        "{{ name }} {{ number }} {{ word }} {% url 'case_detail' number %} {{ other }} {% csrf_token %}"
        "{% endcached_part %}"
    )
    first = template.render(_context("Anna", "first", case={"number": "C-1", "word": "<b>"}))
    second = template.render(_context("Anna", "second", "two", case={"number": "C-2", "word": "csrf"}))
    assert str(first).startswith("Anna C-1 &lt;b&gt; /cases/C-1/ first ")
    # What is not named is the text of the first answer: a part has to name all that it depends on.
    assert str(second).startswith("Anna C-2 csrf /cases/C-2/ first ")
    assert re.findall(r'value="(\w+)"', first + second) == ["token", "two"]


def test_a_part_within_a_part_gets_the_values_of_both():
    template = Template(
        "{% load cached_parts %}{% cached_part with number=case.number %}[{{ number }}]"
        "{% cached_part name with word=case.word %}{{ number }} {{ word }} {% csrf_token %}"
        "{% endcached_part %}{% endcached_part %}"
    )
    # The outer part names neither `name` nor the word: both stay as they were at first.
    for token, number in (("one", "C-1"), ("two", "C-2")):
        text = template.render(_context("Anna", "", token, case={"number": number, "word": "same"}))
        assert str(text).startswith(f"[{number}]{number} same ")
        assert re.findall(r'value="(\w+)"', text) == [token]


def test_texts_of_a_mapping_are_put_in_and_are_escaped():
    template = Template(
        "{% load cached_parts %}{% cached_part name from case %}"
        "{{ name }} {{ number }} {{ word }} {{ other }}{% endcached_part %}"
    )
    first = template.render(_context("Anna", "first", case={"number": "C-1", "word": "<b>"}))
    second = template.render(_context("Anna", "second", case={"number": "C-2", "word": "&"}))
    assert (first, second) == ("Anna C-1 &lt;b&gt; first", "Anna C-2 &amp; first")


def test_a_part_without_names_of_values_is_refused():
    for tag in ("name with", "name with case.number", "name from", "name from case other"):
        with pytest.raises(TemplateSyntaxError):
            Template(f"{{% load cached_parts %}}{{% cached_part {tag} %}}{{% endcached_part %}}")


def test_no_more_texts_are_kept_than_the_limit(monkeypatch):
    texts = LeastRecent[list[str]](2_000)
    monkeypatch.setattr(cached_parts, "_texts", texts)
    template = Template(TEXT)
    for name in ("Anna", "B" * 800, "C" * 900, "D" * 3_000, "Emma"):
        assert f"Cases {name}" in template.render(_context(name, ""))
        assert len(texts) <= 2
    assert len(texts) == 1


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


def _context(
    name: str,
    other: str,
    token: str = "token",  # noqa: S107
    case: dict[str, str] | None = None,
) -> Context:
    return Context({"name": name, "other": other, "csrf_token": token, "case": case})
