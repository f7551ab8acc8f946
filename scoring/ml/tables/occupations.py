"""Categories of income type, occupation and employer's sector."""

from typing import Final

from scoring.ml.tables.columns import labels
from scoring.ml.tables.schema import Text

INCOME_TYPES: Final = labels(
    {
        "Working": ("Employee", "Salarié"),
        "Commercial associate": ("Business associate", "Associé d’une société"),
        "Pensioner": ("Pensioner", "Retraité"),
        "State servant": ("Civil servant", "Fonctionnaire"),
        "Unemployed": ("Unemployed", "Sans emploi"),
        "Student": ("Student", "Étudiant"),
        "Businessman": ("Business owner", "Chef d’entreprise"),
        "Maternity leave": ("Maternity leave", "Congé maternité"),
    }
)

OCCUPATIONS: Final = labels(
    {
        "Laborers": ("Labourer", "Ouvrier"),
        "Core staff": ("Core staff", "Employé qualifié"),
        "Accountants": ("Accountant", "Comptable"),
        "Managers": ("Manager", "Cadre"),
        "Drivers": ("Driver", "Chauffeur"),
        "Sales staff": ("Sales staff", "Vendeur"),
        "Cleaning staff": ("Cleaning staff", "Agent d’entretien"),
        "Cooking staff": ("Kitchen staff", "Personnel de cuisine"),
        "Private service staff": ("Personal services", "Services à la personne"),
        "Medicine staff": ("Medical staff", "Personnel de santé"),
        "Security staff": ("Security staff", "Agent de sécurité"),
        "High skill tech staff": ("Skilled technician", "Technicien qualifié"),
        "Waiters/barmen staff": ("Waiter or bartender", "Serveur ou barman"),
        "Low-skill Laborers": ("Unskilled labourer", "Ouvrier non qualifié"),
        "Realty agents": ("Estate agent", "Agent immobilier"),
        "Secretaries": ("Secretary", "Secrétaire"),
        "IT staff": ("IT staff", "Informaticien"),
        "HR staff": ("HR staff", "Ressources humaines"),
    }
)

_NAMED: Final = labels(
    {
        "Advertising": ("Advertising", "Publicité"),
        "Agriculture": ("Agriculture", "Agriculture"),
        "Bank": ("Banking", "Banque"),
        "Cleaning": ("Cleaning", "Nettoyage"),
        "Construction": ("Construction", "Construction"),
        "Culture": ("Culture", "Culture"),
        "Electricity": ("Electricity", "Électricité"),
        "Emergency": ("Emergency services", "Services d’urgence"),
        "Government": ("Government", "Administration"),
        "Hotel": ("Hotels", "Hôtellerie"),
        "Housing": ("Housing", "Logement"),
        "Insurance": ("Insurance", "Assurance"),
        "Kindergarten": ("Nursery schools", "École maternelle"),
        "Legal Services": ("Legal services", "Services juridiques"),
        "Medicine": ("Health care", "Santé"),
        "Military": ("Armed forces", "Armée"),
        "Mobile": ("Mobile telephony", "Téléphonie mobile"),
        "Other": ("Other", "Autre"),
        "Police": ("Police", "Police"),
        "Postal": ("Post", "Poste"),
        "Realtor": ("Real estate", "Immobilier"),
        "Religion": ("Religious organisations", "Organisation religieuse"),
        "Restaurant": ("Restaurants", "Restauration"),
        "School": ("Schools", "Enseignement"),
        "Security": ("Security", "Sécurité"),
        "Security Ministries": ("Security ministries", "Ministères de sécurité"),
        "Self-employed": ("Self-employed", "Indépendant"),
        "Services": ("Services", "Services"),
        "Telecom": ("Telecommunications", "Télécommunications"),
        "University": ("Universities", "Université"),
    }
)


def _numbered(raw: str, en: str, fr: str, highest: int) -> dict[str, Text]:
    return {f"{raw} {n}": Text(f"{en} (type {n})", f"{fr} (type {n})") for n in range(1, highest + 1)}


ORGANIZATIONS: Final = (
    _NAMED
    | _numbered("Business Entity Type", "Company", "Entreprise", 3)
    | _numbered("Industry: type", "Industry", "Industrie", 13)
    | _numbered("Trade: type", "Trade", "Commerce", 7)
    | _numbered("Transport: type", "Transport", "Transport", 4)
)
