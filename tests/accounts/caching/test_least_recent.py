"""Values in a bounded number of bytes: what goes, and what no key can break."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from accounts.caching.least_recent import LeastRecent
from creditdesk.templatetags import cached_parts


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 60)), max_size=60))
def test_the_bytes_stay_within_the_limit_and_the_latest_value_stays(stored):
    values = LeastRecent[int](100)
    for key, size in stored:
        values.keep(key, size, size)
        assert values.get(key) == size
        sizes = [values.get(other) or 0 for other in range(10)]
        assert sum(sizes) <= 100


def test_what_was_not_read_for_longest_goes_first():
    values = LeastRecent[str](3)
    for key in "abc":
        values.keep(key, key, 1)
    assert values.get("a") == "a"
    values.keep("d", "d", 1)
    assert [key for key in "abcd" if values.get(key)] == ["a", "c", "d"]


def test_a_value_larger_than_the_limit_is_not_stored():
    values = LeastRecent[str](3)
    values.keep("a", "a", 4)
    assert (values.get("a"), len(values)) == (None, 0)


def test_a_key_whose_text_follows_the_language_goes_in_another_language():
    values = LeastRecent[str](2)
    with override("en"):
        values.keep(("strip", gettext_lazy("Mine to decide")), "English", 1)
        values.keep("page", "English", 1)
    with override("fr"):
        values.keep("page in French", "French", 1)
        values.keep("another", "French", 1)
    assert (values.get("page"), values.get("another"), len(values)) == (None, "French", 2)


def test_cached_parts_have_no_text_of_another_language_in_their_keys(
    client_as, case_of, model_in_use, settings
):
    case, advisor = case_of("advisor"), client_as("advisor")
    for language in ("en", "fr"):
        advisor.cookies.load({settings.LANGUAGE_COOKIE_NAME: language})
        for address in ("/cases/", case.get_absolute_url(), "/cases/new/", "/help/"):
            assert advisor.get(address).status_code == 200
    assert not [key for key in cached_parts._texts._values if any(map(_is_lazy, _leaves(key)))]


def _leaves(key: object) -> list[object]:
    return [leaf for item in key for leaf in _leaves(item)] if isinstance(key, tuple) else [key]


def _is_lazy(value: object) -> bool:
    return isinstance(value, Promise)
