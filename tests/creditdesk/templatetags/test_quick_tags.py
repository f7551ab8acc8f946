import pytest
from django.core.checks import run_checks
from django.template import Context, Engine, engines
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from creditdesk.templatetags.quick_urls import quick_reverse

SENTENCES = [
    '{% load i18n %}{% translate "Decision" %}',
    "{% load i18n %}{% trans 'Why' %}",
    "{% load i18n %}{% blocktranslate trimmed %}\n  model or data changed since\n{% endblocktranslate %}",
    '{% load i18n %}{% translate "100%% & more" %}',
    '{% load i18n %}{% translate "Decision"|upper %}',
    "{% load i18n %}{% translate word %}",
    "{% load i18n %}{% blocktranslate with n=word %}{{ n }} rows{% endblocktranslate %}",
    "{% load i18n %}{% blocktranslate count n=2 %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}",
    '{% load i18n %}{% translate "Decision" as title %}{{ title }}',
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_text_reads_as_by_django_in_each_language(sentence):
    ours = engines["django"].from_string(sentence)
    theirs = Engine(libraries={"i18n": "django.templatetags.i18n"}).from_string(sentence)
    for language in ("en", "fr", "en", "fr"):
        for word in ("Decision", "<b>"):
            with translation.override(language):
                assert ours.render({"word": word}) == theirs.render(Context({"word": word}))


def test_texts_differ_by_language():
    decision = engines["django"].from_string(SENTENCES[0])
    with translation.override("fr"):
        french = decision.render()
    with translation.override("en"):
        assert (decision.render(), french) == ("Decision", "Décision")


@pytest.mark.parametrize(
    ("view", "arguments"),
    [
        ("case_list", []),
        ("case_detail", ["100002"]),
        ("case_detail", ["M000001-a"]),
        ("case_detail", ["a b/ü"]),
        ("case_past", ["100002", 7]),
        ("model_detail", ["2026-11.2"]),
    ],
)
def test_an_address_is_that_of_reverse(view, arguments):
    names = [f"a{position}" for position, _ in enumerate(arguments)]
    link = engines["django"].from_string(f"{{% url '{view}' {' '.join(names)} %}}")
    context = dict(zip(names, arguments, strict=True))
    try:
        expected = reverse(view, args=arguments)
    except NoReverseMatch:
        with pytest.raises(NoReverseMatch):
            link.render(context)
        return
    assert link.render(context) == link.render(context) == expected


def test_plain_references_are_put_into_the_address_of_the_view():
    assert quick_reverse("case_detail", "100002") == reverse("case_detail", args=["100002"])
    assert quick_reverse("case_detail", "a b") == ""
    assert quick_reverse("no_such_view") == ""


def test_an_unknown_view_is_an_error():
    with pytest.raises(NoReverseMatch):
        engines["django"].from_string("{% url 'no_such_view' %}").render()


def test_no_other_library_of_tags_has_two_modules():
    warnings = [message.msg for message in run_checks() if message.id == "templates.W003"]
    assert len(warnings) == 2
    for library in ("i18n", "static"):
        assert any(f"'{library}'" in warning and f"quick_{library}" in warning for warning in warnings)
