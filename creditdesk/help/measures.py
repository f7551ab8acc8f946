"""Terms of the metrics of a model, for those who compare versions."""

from typing import Final

from creditdesk.help.term import Term
from scoring.ml.tables.schema import Text

METRICS: Final = (
    Term(
        "ks",
        Text("KS", "KS"),
        Text(
            "Kolmogorov-Smirnov: the largest gap between the shares of defaulters and of good payers that "
            "lie below a probability. 0: none; 1: perfectly apart.",
            "Kolmogorov-Smirnov : le plus grand écart entre les parts des clients en défaut et des bons "
            "payeurs sous une même probabilité. 0 : aucun ; 1 : parfaitement séparés.",
        ),
    ),
    Term(
        "pr-auc",
        Text("Precision-recall AUC", "AUC précision-rappel"),
        Text(
            "Precision averaged over every recall. A model that knows nothing reaches the share of defaults.",
            "La précision en moyenne sur tous les rappels. Un modèle qui ne sait rien atteint le taux de "
            "défaut.",
        ),
    ),
    Term(
        "accuracy",
        Text("Accuracy", "Exactitude"),
        Text(
            "The share of right verdicts. Misleading where defaults are rare: to accept all scores high.",
            "La part des recommandations justes. Trompeuse quand les défauts sont rares : tout accepter "
            "donne un bon chiffre.",
        ),
    ),
    Term(
        "recall",
        Text("Recall of defaults", "Rappel des défauts"),
        Text(
            "Of the clients who defaulted, the share that the model would have refused.",
            "Parmi les clients en défaut, la part que le modèle aurait refusée.",
        ),
    ),
    Term(
        "precision",
        Text("Precision of refusals", "Précision des refus"),
        Text(
            "Of the clients whom the model would have refused, the share that defaulted.",
            "Parmi les clients que le modèle aurait refusés, la part en défaut.",
        ),
    ),
    Term(
        "f1",
        Text("F1", "F1"),
        Text(
            "Precision and recall in one figure, their harmonic mean.",
            "Précision et rappel en un seul chiffre : leur moyenne harmonique.",
        ),
    ),
    Term(
        "brier",
        Text("Brier score", "Score de Brier"),
        Text(
            "The mean squared difference between probability and what happened (0 or 1). Lower is better.",
            "L’écart quadratique moyen entre la probabilité et ce qui s’est produit (0 ou 1). Plus bas, "
            "mieux c’est.",
        ),
    ),
    Term(
        "log-loss",
        Text("Log-loss", "Perte logarithmique"),
        Text(
            "Like the Brier score, but harder on probabilities that were both sure and wrong.",
            "Comme le score de Brier, mais plus sévère pour les probabilités à la fois sûres et fausses.",
        ),
    ),
    Term(
        "calibration-slope",
        Text("Calibration slope", "Pente de calibration"),
        Text(
            "1: probabilities spread as far as they should. Below 1 they are too extreme, above 1 too timid.",
            "1 : les probabilités s’étalent autant qu’elles le devraient. Sous 1, elles sont trop extrêmes ; "
            "au-dessus, trop prudentes.",
        ),
    ),
    Term(
        "ece",
        Text("Calibration error (ECE)", "Erreur de calibration (ECE)"),
        Text(
            "How far, on average over ten groups, the expected share of defaults is from the real one.",
            "De combien, en moyenne sur dix groupes de clients, la part de défauts attendue s’écarte de la "
            "part réelle.",
        ),
    ),
    Term(
        "log-odds",
        Text("Log-odds", "Log-cotes"),
        Text(
            "The scale on which the model adds up: the logarithm of the chances of default to those of "
            "payment. 0 is a probability of 50%. People read points of probability; log-odds let them check "
            "the sum.",
            "L’échelle sur laquelle le modèle additionne : le logarithme du rapport entre les chances de "
            "défaut et celles de paiement. 0 correspond à une probabilité de 50 %. On lit les points de "
            "probabilité ; les log-cotes servent à vérifier la somme.",
        ),
    ),
    Term(
        "interval",
        Text("95% interval", "Intervalle à 95 %"),
        Text(
            "The range in which the figure would lie for other clients of the same kind, 95 times in 100.",
            "La plage dans laquelle le chiffre se situerait, 95 fois sur 100, pour d’autres clients du même "
            "genre.",
        ),
    ),
    Term(
        "four-fifths",
        Text("Four fifths", "Quatre cinquièmes"),
        Text(
            "A screen of fairness: a group that is accepted less than 0.8 times as often as the most "
            "accepted one is a reason to look closer. It proves nothing.",
            "Un filtre d’équité : un groupe accepté moins de 0,8 fois aussi souvent que le groupe le plus "
            "accepté est une raison de regarder de plus près. Il ne prouve rien.",
        ),
    ),
)
