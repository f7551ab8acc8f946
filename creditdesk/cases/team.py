"""The people who decide cases, who of them is there today, and whose turn it is by the rules."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.prepared_queries import PreparedRows
from accounts.roles import Role, roles_with
from creditdesk.assignment_rules import TEAM, AssignmentRule
from creditdesk.models import Absence, Assignment, Case, Team, TeamMembership


def deciders() -> QuerySet[User]:
    """Active users whose role decides cases, by user name."""
    return User.objects.filter(is_active=True, role__in=roles_with("creditdesk.decide_case")).order_by(
        "username"
    )


def present() -> QuerySet[User]:
    """Those of them who are not away today."""
    return _present(timezone.localdate()).all()


def colleagues_present(team: Team, person: User) -> QuerySet[User]:
    """The other members of this team who are there today."""
    return present().filter(memberships__in=team.memberships.in_force()).exclude(pk=person.pk)


# Putting the query together takes longer than answering it, and every case page offers the choice twice.
@lru_cache(maxsize=2)
def _present(_today: date) -> QuerySet[User]:
    return deciders().exclude(pk__in=Absence.objects.in_force().values("person"))


def names_present() -> tuple[tuple[Any, ...], ...]:
    """Who they are, as a choice among them shows."""
    return tuple(_names_present(timezone.localdate()).all())


@lru_cache(maxsize=2)
def _names_present(_today: date) -> PreparedRows:
    return PreparedRows(lambda: present().values_list("pk", "username", "first_name", "last_name"))


def teams_to_refer_to() -> tuple[tuple[Any, ...], ...]:
    """The key and the name of each team that has members, as a choice among them shows."""
    return tuple(_TEAMS.all())


_TEAMS: Final = PreparedRows(
    lambda: Team.objects.filter(
        Exists(TeamMembership.objects.in_force().filter(team=OuterRef("pk")))
    ).values_list("pk", "name")
)


def who_sees(case: Case) -> QuerySet[User]:
    """Active users in whose row scope the case is, by user name: the other side of `Case.visible_to`."""
    sees = Q(role__in=roles_with("creditdesk.view_all_cases")) | Q(pk=case.advisor_id)
    referred = case.assignments.filter(kind="referred", assigned_by__isnull=False)
    sees |= Q(pk__in=referred.order_by().values("assigned_by"))
    sees |= Q(pk__in=case.team_referrals.order_by().values("referred_by"))
    members = TeamMembership.objects.in_force().filter(team__in=case.team_referrals.in_force().values("team"))
    sees |= Q(pk__in=members.order_by().values("member"))
    if case.shared_at:
        sees |= Q(role__in=roles_with("creditdesk.view_case"))
    users = User.objects.filter(is_active=True, role__in=roles_with("creditdesk.view_case"))
    return users.filter(sees).order_by("username")


def pending_cases() -> Counter[int]:
    """How many pending cases each advisor has."""
    counts = Case.objects.pending().order_by().values("advisor").annotate(cases=Count("pk"))
    return Counter({row["advisor"]: row["cases"] for row in counts})


def members_by_team() -> dict[str, list[str]]:
    """The user names of each team's members, by the name of the team in small letters."""
    members: dict[str, list[str]] = defaultdict(list)
    rows = TeamMembership.objects.in_force().order_by("member__username")
    for team, name in rows.values_list("team__name", "member__username"):
        members[team.lower()].append(name)
    return members


def last_in_turn(rule: AssignmentRule, names: Sequence[str]) -> str:
    """Who of these people of a rule was given the newest case that fits it, by the rules or at its import; ""
    for nobody."""
    fitting = Q(advisor__username__in=names)
    if rule.contract_type is not None:
        fitting &= Q(contract_type=rule.contract_type)
    if rule.least_amount is not None:
        fitting &= Q(amount_credit__gte=rule.least_amount)
    handed_on = Assignment.objects.filter(
        kind=Assignment.Kind.HANDED_ON, assigned_by__isnull=True, advisor__username__in=names
    )
    newest = handed_on.filter(case__in=Case.objects.filter(fitting)).order_by("-pk")
    if assignment := newest.select_related("advisor").first():
        return str(assignment.advisor.get_username())
    case = Case.objects.filter(fitting).order_by("-pk").select_related("advisor").first()
    return str(case.advisor.get_username()) if case else ""


class Turns:
    """Give cases out by `ASSIGNMENT_RULES`, each to whoever of its rule has the fewest pending cases, or
    strictly in turn where the rule says so; a team stands for its members, by user name.

    Where the people of a rule are all away the next rule counts, after the last one every present advisor,
    and where no advisor is there the present managers.
    """

    def __init__(self, people: Iterable[User], load: Mapping[int, int]) -> None:
        people = list(people)
        self._by_name = {person.get_username(): person for person in people}
        self._load = Counter(load)
        # By rule: whose turn was last.
        self._last: dict[AssignmentRule, str] = {}
        self._rest = [person for person in people if person.role == Role.ADVISOR] or people

    def next(self, contract_type: str, amount: Decimal) -> User | None:
        """Return who gets this case, None where nobody is there."""
        rule, pool = self._pool(contract_type, amount)
        if not pool:
            return None
        if rule and rule.in_turn:
            chosen = self._in_turn(rule)
        else:
            chosen = min(pool, key=lambda person: (self._load[person.pk], person.get_username()))
        self._load[chosen.pk] += 1
        return chosen

    def _in_turn(self, rule: AssignmentRule) -> User:
        """The next one who is there after whoever of this rule had the last turn, here or before."""
        names = self._names(rule)
        last = self._last[rule] if rule in self._last else last_in_turn(rule, names)
        start = names.index(last) + 1 if last in names else 0
        order = (*names[start:], *names[:start])
        name = next(name for name in order if name in self._by_name)
        self._last[rule] = name
        return self._by_name[name]

    def _pool(self, contract_type: str, amount: Decimal) -> tuple[AssignmentRule | None, Sequence[User]]:
        """The first rule that fits and has anybody there, and its people."""
        for rule in settings.ASSIGNMENT_RULES:
            if rule.fits(contract_type, amount):
                people = [self._by_name[name] for name in self._names(rule) if name in self._by_name]
                if people:
                    return rule, people
        return None, self._rest

    def _names(self, rule: AssignmentRule) -> list[str]:
        """The user names of a rule, each once, with those of a team's members in its place."""
        names = [
            self._members.get(name.removeprefix(TEAM).lower(), []) if name.startswith(TEAM) else [name]
            for name in rule.advisors
        ]
        return list(dict.fromkeys(chain.from_iterable(names)))

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        return members_by_team()
