"""Labels of the categories of previous applications."""

from typing import Final

from scoring.ml.tables.columns import labels

_NOT_APPLICABLE: Final = ("Not applicable", "Sans objet")

PURPOSES: Final = labels(
    {
        "XAP": _NOT_APPLICABLE,
        "Repairs": ("Repairs", "Travaux"),
        "Other": ("Other", "Autre"),
        "Urgent needs": ("Urgent needs", "Besoin urgent"),
        "Buying a used car": ("Used car", "Voiture d’occasion"),
        "Buying a new car": ("New car", "Voiture neuve"),
        "Car repairs": ("Car repairs", "Réparation automobile"),
        "Buying a home": ("Buying a home", "Achat d’un logement"),
        "Buying a holiday home / land": ("Holiday home or land", "Résidence secondaire ou terrain"),
        "Buying a garage": ("Garage", "Garage"),
        "Building a house or an annex": ("Building a house or annex", "Construction ou agrandissement"),
        "Gasification / water supply": ("Gas or water connection", "Raccordement au gaz ou à l’eau"),
        "Everyday expenses": ("Everyday expenses", "Dépenses courantes"),
        "Medicine": ("Health", "Santé"),
        "Payments on other loans": ("Paying other loans", "Remboursement d’autres crédits"),
        "Education": ("Education", "Études"),
        "Journey": ("Travel", "Voyage"),
        "Purchase of electronic equipment": ("Electronics", "Équipement électronique"),
        "Furniture": ("Furniture", "Meubles"),
        "Wedding / gift / holiday": ("Wedding, gift or holiday", "Mariage, cadeau ou vacances"),
        "Business development": ("Business", "Activité professionnelle"),
        "Hobby": ("Hobby", "Loisirs"),
        "Money for a third person": ("Money for someone else", "Argent pour un tiers"),
        "Refusal to name the goal": ("Would not say", "Refus de préciser"),
    }
)

# The codes are the bank's own and are not documented: what their names say, with the code beside.
REJECT_REASONS: Final = labels(
    {
        "XAP": _NOT_APPLICABLE,
        "HC": ("Credit policy (code HC)", "Politique de crédit (code HC)"),
        "LIMIT": ("Limit exceeded (code LIMIT)", "Plafond dépassé (code LIMIT)"),
        "SCO": ("Risk score (code SCO)", "Score de risque (code SCO)"),
        "SCOFR": ("Risk score (code SCOFR)", "Score de risque (code SCOFR)"),
        "VERIF": ("Verification (code VERIF)", "Vérification (code VERIF)"),
        "SYSTEM": ("Automatic rule (code SYSTEM)", "Règle automatique (code SYSTEM)"),
        "CLIENT": ("Client withdrew", "Renoncement du client"),
    }
)

GOODS: Final = labels(
    {
        "Mobile": ("Mobile phone", "Téléphone mobile"),
        "Consumer Electronics": ("Consumer electronics", "Électronique grand public"),
        "Computers": ("Computers", "Informatique"),
        "Audio/Video": ("Audio and video", "Audio et vidéo"),
        "Furniture": ("Furniture", "Meubles"),
        "Construction Materials": ("Building materials", "Matériaux de construction"),
        "House Construction": ("House building", "Construction de maison"),
        "Clothing and Accessories": ("Clothing and accessories", "Vêtements et accessoires"),
        "Photo / Cinema Equipment": ("Photo and film equipment", "Photo et cinéma"),
        "Auto Accessories": ("Car accessories", "Accessoires automobiles"),
        "Vehicles": ("Vehicles", "Véhicules"),
        "Jewelry": ("Jewellery", "Bijoux"),
        "Homewares": ("Household goods", "Articles ménagers"),
        "Medical Supplies": ("Medical supplies", "Matériel médical"),
        "Medicine": ("Medicine", "Médicaments"),
        "Gardening": ("Gardening", "Jardinage"),
        "Sport and Leisure": ("Sport and leisure", "Sport et loisirs"),
        "Fitness": ("Fitness", "Remise en forme"),
        "Office Appliances": ("Office equipment", "Équipement de bureau"),
        "Tourism": ("Travel", "Voyage"),
        "Direct Sales": ("Direct sales", "Vente directe"),
        "Weapon": ("Weapons", "Armes"),
        "Additional Service": ("Extra services", "Services annexes"),
        "Education": ("Education", "Études"),
        "Insurance": ("Insurance", "Assurance"),
        "Animals": ("Animals", "Animaux"),
        "Other": ("Other", "Autre"),
    }
)

PORTFOLIOS: Final = labels(
    {
        "POS": ("Credit at the shop", "Crédit en magasin"),
        "Cash": ("Cash", "Prêt d’argent"),
        "Cards": ("Cards", "Cartes"),
        "Cars": ("Cars", "Automobile"),
    }
)

CHANNELS: Final = labels(
    {
        "Credit and cash offices": ("Branch", "Agence"),
        "Country-wide": ("National retailer", "Enseigne nationale"),
        "Regional / Local": ("Regional or local retailer", "Enseigne régionale ou locale"),
        "Stone": ("Shop", "Magasin"),
        "Contact center": ("Call centre", "Centre d’appels"),
        "AP+ (Cash loan)": ("Partner (cash loan)", "Partenaire (prêt personnel)"),
        "Channel of corporate sales": ("Corporate sales", "Vente aux entreprises"),
        "Car dealer": ("Car dealer", "Concessionnaire"),
    }
)

SELLER_INDUSTRIES: Final = labels(
    {
        "Consumer electronics": ("Consumer electronics", "Électronique grand public"),
        "Connectivity": ("Telephony", "Téléphonie"),
        "Furniture": ("Furniture", "Meubles"),
        "Construction": ("Building materials", "Matériaux"),
        "Clothing": ("Clothing", "Vêtements"),
        "Industry": ("Industry", "Industrie"),
        "Auto technology": ("Cars", "Automobile"),
        "Jewelry": ("Jewellery", "Bijouterie"),
        "MLM partners": ("Network marketing", "Vente en réseau"),
        "Tourism": ("Travel", "Voyage"),
    }
)

YIELD_GROUPS: Final = labels(
    {
        "low_action": ("Low, special offer", "Bas, promotion"),
        "low_normal": ("Low", "Bas"),
        "middle": ("Middle", "Moyen"),
        "high": ("High", "Élevé"),
    }
)

PRODUCTS: Final = labels(
    {
        "Cash": ("Cash loan", "Prêt personnel"),
        "Cash X-Sell: low": ("Cash loan to a known client, low rate", "Prêt à un client connu, taux bas"),
        "Cash X-Sell: middle": (
            "Cash loan to a known client, middle rate",
            "Prêt à un client connu, taux moyen",
        ),
        "Cash X-Sell: high": ("Cash loan to a known client, high rate", "Prêt à un client connu, taux élevé"),
        "Cash Street: low": ("Cash loan on request, low rate", "Prêt sur demande, taux bas"),
        "Cash Street: middle": ("Cash loan on request, middle rate", "Prêt sur demande, taux moyen"),
        "Cash Street: high": ("Cash loan on request, high rate", "Prêt sur demande, taux élevé"),
        "Card X-Sell": ("Card to a known client", "Carte à un client connu"),
        "Card Street": ("Card on request", "Carte sur demande"),
        "POS household with interest": (
            "Household goods, with interest",
            "Équipement du foyer, avec intérêts",
        ),
        "POS household without interest": (
            "Household goods, no interest",
            "Équipement du foyer, sans intérêts",
        ),
        "POS mobile with interest": ("Mobile phone, with interest", "Téléphone mobile, avec intérêts"),
        "POS mobile without interest": ("Mobile phone, no interest", "Téléphone mobile, sans intérêts"),
        "POS industry with interest": ("Industry, with interest", "Industrie, avec intérêts"),
        "POS industry without interest": ("Industry, no interest", "Industrie, sans intérêts"),
        "POS other with interest": ("Other goods, with interest", "Autre bien, avec intérêts"),
        "POS others without interest": ("Other goods, no interest", "Autre bien, sans intérêts"),
    }
)
