"""The people of the demo: user name, role, first and last name."""

from typing import Final

from accounts.roles import Role

PEOPLE: Final = {
    "advisor": (Role.ADVISOR, "Camille", "Renaud"),
    "colleague": (Role.ADVISOR, "Julien", "Morel"),
    "manager": (Role.MANAGER, "Claire", "Fontaine"),
    "analyst": (Role.ANALYST, "Samir", "Benali"),
    "auditor": (Role.AUDITOR, "Anne", "Lacroix"),
    "admin": (Role.ADMIN, "Thomas", "Girard"),
}
