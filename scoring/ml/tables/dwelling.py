"""Columns of the client's building: 14 measures in three versions, all normalised between 0 and 1."""

from typing import Final

from scoring.ml.tables.columns import category, labels, share
from scoring.ml.tables.schema import Column

_MEASURES: Final = {
    "APARTMENTS": ("Size of the flats", "Taille des appartements"),
    "BASEMENTAREA": ("Basement area", "Surface du sous-sol"),
    "YEARS_BEGINEXPLUATATION": ("Years in use", "Années d’exploitation"),
    "YEARS_BUILD": ("Age of the building", "Âge de l’immeuble"),
    "COMMONAREA": ("Common areas", "Parties communes"),
    "ELEVATORS": ("Lifts", "Ascenseurs"),
    "ENTRANCES": ("Entrances", "Entrées"),
    "FLOORSMAX": ("Highest floor", "Nombre maximal d’étages"),
    "FLOORSMIN": ("Lowest floor", "Nombre minimal d’étages"),
    "LANDAREA": ("Land area", "Surface du terrain"),
    "LIVINGAPARTMENTS": ("Inhabited flats", "Appartements habités"),
    "LIVINGAREA": ("Living area", "Surface habitable"),
    "NONLIVINGAPARTMENTS": ("Uninhabited flats", "Appartements non habités"),
    "NONLIVINGAREA": ("Area not lived in", "Surface non habitable"),
}
_VERSIONS: Final = {
    "AVG": ("average", "moyenne"),
    "MODE": ("most frequent", "valeur courante"),
    "MEDI": ("median", "médiane"),
}


def _measure(measure: str, version: str) -> Column:
    (en, fr), (version_en, version_fr) = _MEASURES[measure], _VERSIONS[version]
    return share(
        f"{measure}_{version}",
        f"Building: {en.lower()} ({version_en})",
        f"Immeuble : {fr[0].lower()}{fr[1:]} ({version_fr})",
    )


DWELLING: Final = (
    *(_measure(measure, version) for version in _VERSIONS for measure in _MEASURES),
    share("TOTALAREA_MODE", "Building: total area", "Immeuble : surface totale"),
    category(
        "FONDKAPREMONT_MODE",
        "Building: repair fund",
        "Immeuble : fonds de travaux",
        labels(
            {
                "reg oper account": ("Regional operator’s account", "Compte de l’opérateur régional"),
                "reg oper spec account": (
                    "Regional operator’s special account",
                    "Compte spécial de l’opérateur régional",
                ),
                "org spec account": ("Organisation’s special account", "Compte spécial de l’organisme"),
                "not specified": ("Not specified", "Non précisé"),
            }
        ),
    ),
    category(
        "HOUSETYPE_MODE",
        "Building: type",
        "Immeuble : type",
        labels(
            {
                "block of flats": ("Block of flats", "Immeuble collectif"),
                "terraced house": ("Terraced house", "Maison mitoyenne"),
                "specific housing": ("Special housing", "Logement particulier"),
            }
        ),
    ),
    category(
        "WALLSMATERIAL_MODE",
        "Building: walls",
        "Immeuble : murs",
        labels(
            {
                "Panel": ("Panels", "Panneaux"),
                "Stone, brick": ("Stone or brick", "Pierre ou brique"),
                "Block": ("Blocks", "Parpaings"),
                "Wooden": ("Wood", "Bois"),
                "Mixed": ("Mixed", "Mixte"),
                "Monolithic": ("Cast concrete", "Béton coulé"),
                "Others": ("Other", "Autre"),
            }
        ),
    ),
    category(
        "EMERGENCYSTATE_MODE",
        "Building: unsafe",
        "Immeuble : en péril",
        labels({"Yes": ("Yes", "Oui"), "No": ("No", "Non")}),
    ),
)
