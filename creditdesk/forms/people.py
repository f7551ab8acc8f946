"""Fields that name a person who decides cases, or a team."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext

from accounts.models import User
from creditdesk.cases.team import teams_to_refer_to
from creditdesk.models import Team
from creditdesk.services.refusal import name_of

# A team is chosen as this and its key.
TEAM: Final = "team-"


class TeamOrPersonIterator(ModelChoiceIterator):
    """Nobody in particular, the people, then the teams as a group of their own."""

    def __iter__(self) -> Iterator[Any]:
        yield from super().__iter__()
        if teams := teams_to_refer_to():
            yield gettext("Teams"), [(f"{TEAM}{pk}", name) for pk, name in teams]


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among people, by name; which of them is settled when the form is made."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), **kwargs)

    def label_from_instance(self, person: User) -> str:
        return name_of(person)


class TeamOrPersonField(PersonField):
    """A choice among people and teams."""

    iterator = TeamOrPersonIterator

    def to_python(self, value: Any) -> User | Team | None:
        if not str(value or "").startswith(TEAM):
            person: User | None = super().to_python(value)
            return person
        chosen = [pk for pk, _name in teams_to_refer_to() if f"{TEAM}{pk}" == value]
        if not chosen:
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
            )
        return Team.objects.get(pk=chosen[0])
