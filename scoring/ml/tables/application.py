"""The application table: one row per case, with the request and what the client declares."""

from typing import Final

from scoring.ml.tables.columns import (
    COMPANY,
    NO_DATE,
    WEEKDAYS,
    YES_NO,
    amount,
    category,
    count,
    days,
    flag,
    identifier,
    labels,
    number,
    share,
)
from scoring.ml.tables.dwelling import DWELLING
from scoring.ml.tables.occupations import INCOME_TYPES, OCCUPATIONS, ORGANIZATIONS
from scoring.ml.tables.schema import Column, Table, Text

ONE_CENT: Final = 0.01
OLDEST: Final = -120 * 365.25
YOUNGEST: Final = -18 * 365.25

CONTRACTS: Final = labels(
    {
        "Cash loans": ("Cash loan", "Prêt personnel"),
        "Revolving loans": ("Revolving credit", "Crédit renouvelable"),
    }
)
SEXES: Final = labels({"F": ("Woman", "Femme"), "M": ("Man", "Homme")})
EDUCATION: Final = labels(
    {
        "Lower secondary": ("Lower secondary", "Collège"),
        "Secondary / secondary special": ("Secondary", "Lycée ou formation professionnelle"),
        "Incomplete higher": ("Higher education, not completed", "Études supérieures inachevées"),
        "Higher education": ("Higher education", "Études supérieures"),
        "Academic degree": ("Doctorate", "Doctorat"),
    }
)
FAMILY: Final = labels(
    {
        "Married": ("Married", "Marié"),
        "Single / not married": ("Single", "Célibataire"),
        "Civil marriage": ("Civil partnership", "Union libre ou pacs"),
        "Separated": ("Separated", "Séparé"),
        "Widow": ("Widowed", "Veuf"),
    }
)
HOUSING: Final = labels(
    {
        "House / apartment": ("Own house or flat", "Maison ou appartement"),
        "With parents": ("With parents", "Chez ses parents"),
        "Municipal apartment": ("Council flat", "Logement social"),
        "Rented apartment": ("Rented flat", "Appartement loué"),
        "Office apartment": ("Flat tied to the job", "Logement de fonction"),
        "Co-op apartment": ("Cooperative flat", "Appartement en coopérative"),
    }
)

REQUEST: Final = (
    identifier("SK_ID_CURR", "Case reference", "Référence du dossier"),
    category("NAME_CONTRACT_TYPE", "Contract type", "Type de contrat", CONTRACTS, required=True, filled=True),
    amount("AMT_CREDIT", "Requested credit", "Crédit demandé", required=True, filled=True, minimum=ONE_CENT),
    amount("AMT_ANNUITY", "Monthly instalment", "Mensualité", required=True, minimum=ONE_CENT),
    amount("AMT_GOODS_PRICE", "Price of the goods", "Prix du bien financé"),
    amount("AMT_INCOME_TOTAL", "Monthly income", "Revenu mensuel", required=True, minimum=ONE_CENT),
    category("NAME_TYPE_SUITE", "Who came along", "Accompagnant", COMPANY),
    category("WEEKDAY_APPR_PROCESS_START", "Weekday of the application", "Jour de la demande", WEEKDAYS),
    number("HOUR_APPR_PROCESS_START", "Hour of the application", "Heure de la demande", 0, 23),
)

PERSON: Final = (
    category("CODE_GENDER", "Sex", "Sexe", SEXES, unknown=("XNA",), protected=True),
    category(
        "NAME_FAMILY_STATUS",
        "Family status",
        "Situation familiale",
        FAMILY,
        unknown=("Unknown",),
        protected=True,
    ),
    days("DAYS_BIRTH", "Age", "Âge", required=True, minimum=OLDEST, maximum=YOUNGEST),
    count("CNT_CHILDREN", "Children", "Enfants", maximum=30),
    count("CNT_FAM_MEMBERS", "Members of the household", "Personnes au foyer", minimum=1, maximum=40),
    category("FLAG_OWN_CAR", "Owns a car", "Possède une voiture", YES_NO),
    number("OWN_CAR_AGE", "Age of the car (years)", "Âge de la voiture (années)", 0, 120),
    category("FLAG_OWN_REALTY", "Owns a home", "Propriétaire d’un logement", YES_NO),
    category("NAME_HOUSING_TYPE", "Housing", "Logement", HOUSING),
    category("NAME_EDUCATION_TYPE", "Education", "Niveau d’études", EDUCATION),
    category("NAME_INCOME_TYPE", "Source of income", "Source de revenu", INCOME_TYPES),
    category("OCCUPATION_TYPE", "Occupation", "Profession", OCCUPATIONS),
    category(
        "ORGANIZATION_TYPE", "Employer’s sector", "Secteur de l’employeur", ORGANIZATIONS, unknown=("XNA",)
    ),
    days("DAYS_EMPLOYED", "Time in the current job", "Ancienneté dans l’emploi", unknown=(NO_DATE,)),
    days(
        "DAYS_REGISTRATION", "Last change of registration", "Dernier changement d’inscription", minimum=OLDEST
    ),
    days("DAYS_ID_PUBLISH", "Last change of identity document", "Dernier changement de pièce d’identité"),
    days("DAYS_LAST_PHONE_CHANGE", "Last change of phone", "Dernier changement de téléphone"),
)

CONTACT: Final = (
    flag("FLAG_MOBIL", "Gave a mobile number", "Téléphone mobile indiqué"),
    flag("FLAG_EMP_PHONE", "Gave the employer’s number", "Téléphone de l’employeur indiqué"),
    flag("FLAG_WORK_PHONE", "Gave a work number", "Téléphone professionnel indiqué"),
    flag("FLAG_CONT_MOBILE", "Mobile could be reached", "Mobile joignable"),
    flag("FLAG_PHONE", "Gave a home number", "Téléphone fixe indiqué"),
    flag("FLAG_EMAIL", "Gave an e-mail address", "Adresse électronique indiquée"),
)

REGION: Final = (
    share(
        "REGION_POPULATION_RELATIVE", "Population of the region (index)", "Population de la région (indice)"
    ),
    number(
        "REGION_RATING_CLIENT",
        "Rating of the region (1 best, 3 worst)",
        "Note de la région (1 meilleure, 3 moins bonne)",
        1,
        3,
    ),
    number(
        "REGION_RATING_CLIENT_W_CITY",
        "Rating of the region and city (1 best, 3 worst)",
        "Note de la région et de la ville (1 meilleure, 3 moins bonne)",
        1,
        3,
        unknown=(-1.0,),
    ),
    flag(
        "REG_REGION_NOT_LIVE_REGION",
        "Registered in another region than they live in",
        "Inscrit dans une autre région que celle du domicile",
    ),
    flag(
        "REG_REGION_NOT_WORK_REGION",
        "Registered in another region than they work in",
        "Inscrit dans une autre région que celle du travail",
    ),
    flag(
        "LIVE_REGION_NOT_WORK_REGION",
        "Lives in another region than they work in",
        "Habite une autre région que celle du travail",
    ),
    flag(
        "REG_CITY_NOT_LIVE_CITY",
        "Registered in another city than they live in",
        "Inscrit dans une autre ville que celle du domicile",
    ),
    flag(
        "REG_CITY_NOT_WORK_CITY",
        "Registered in another city than they work in",
        "Inscrit dans une autre ville que celle du travail",
    ),
    flag(
        "LIVE_CITY_NOT_WORK_CITY",
        "Lives in another city than they work in",
        "Habite une autre ville que celle du travail",
    ),
)

RATINGS: Final = tuple(
    share(f"EXT_SOURCE_{n}", f"External credit rating {n}", f"Note de crédit externe n° {n}")
    for n in (1, 2, 3)
)

SOCIAL_CIRCLE: Final = tuple(
    count(f"{code}_{late}_CNT_SOCIAL_CIRCLE", en.format(late), fr.format(late))
    for late in (30, 60)
    for code, en, fr in (
        (
            "OBS",
            "People around the client followed for {} days late",
            "Proches du client suivis à {} jours de retard",
        ),
        ("DEF", "People around the client {} days late", "Proches du client en retard de {} jours"),
    )
)

DOCUMENTS: Final = tuple(
    flag(f"FLAG_DOCUMENT_{n}", f"Document {n} provided", f"Document {n} fourni") for n in range(2, 22)
)

ENQUIRIES: Final = tuple(
    count(
        f"AMT_REQ_CREDIT_BUREAU_{period}",
        f"Credit bureau enquiries, {en}",
        f"Consultations du fichier des crédits, {fr}",
    )
    for period, en, fr in (
        ("HOUR", "last hour", "dernière heure"),
        ("DAY", "last day before that", "jour précédent"),
        ("WEEK", "last week before that", "semaine précédente"),
        ("MON", "last month before that", "mois précédent"),
        ("QRT", "last quarter before that", "trimestre précédent"),
        ("YEAR", "last year before that", "année précédente"),
    )
)

# Known for past applications only; never an input of the model.
TARGET: Final[Column] = flag("TARGET", "Payment difficulties observed", "Difficultés de paiement constatées")

APPLICATION: Final = Table(
    name="application",
    stem="application",
    label=Text("Application", "Demande"),
    key=("SK_ID_CURR",),
    columns=(
        *REQUEST,
        *PERSON,
        *CONTACT,
        *REGION,
        *RATINGS,
        *DWELLING,
        *SOCIAL_CIRCLE,
        *DOCUMENTS,
        *ENQUIRIES,
    ),
)
