"""Terms of the desk in both languages, by topic: the one place that defines them."""

from collections.abc import Mapping
from typing import Final

from creditdesk.help.measures import METRICS
from creditdesk.help.term import Term
from scoring.ml.tables.schema import Text

DECIDING: Final = (
    Term(
        "probability",
        Text("Probability of default", "Probabilité de défaut"),
        Text(
            "How likely the model holds it that the client will have difficulties to pay: 8% means that "
            "of 100 such clients about 8 had them.",
            "Le risque, estimé par le modèle, que le client ait des difficultés de paiement : 8 % "
            "signifie que sur 100 clients semblables, environ 8 en ont eu.",
        ),
    ),
    Term(
        "verdict",
        Text("Verdict", "Recommandation du modèle"),
        Text(
            "What the model recommends: accept, refuse or refer. It decides nothing; a person does.",
            "Ce que le modèle recommande : accepter, refuser ou faire examiner. Il ne décide rien : une "
            "personne décide.",
        ),
    ),
    Term(
        "threshold",
        Text("Threshold", "Seuil"),
        Text(
            "The probability from which the model recommends to refuse. It is chosen so that accepted "
            "defaults and refused good payers together cost least.",
            "La probabilité à partir de laquelle le modèle recommande de refuser. Il est choisi pour que "
            "les défauts acceptés et les bons payeurs refusés coûtent ensemble le moins possible.",
        ),
    ),
    Term(
        "policy",
        Text("Policy", "Politique"),
        Text(
            "What the bank lays down about verdicts: the costs, from which probability on to refuse, where a "
            "person must look, and when two people decide. One person proposes it, another publishes it.",
            "Ce que la banque fixe au sujet des recommandations : les coûts, la probabilité à partir de "
            "laquelle refuser, où une personne doit examiner, et quand deux personnes décident. Une "
            "personne la propose, une autre la publie.",
        ),
    ),
    Term(
        "refer",
        Text("Refer", "À examiner"),
        Text(
            "No recommendation: an important input is missing, the probability lies where the policy wants "
            "a person to look, or the model does not answer. Somebody has to look at the case, or to "
            "complete it.",
            "Pas de recommandation : une donnée importante manque, la probabilité se trouve là où la "
            "politique veut l’examen d’une personne, ou le modèle ne répond pas. Quelqu’un doit examiner "
            "le dossier ou le compléter.",
        ),
    ),
    Term(
        "override",
        Text("Decision that differs from the verdict", "Décision qui diffère de la recommandation"),
        Text(
            "Somebody decided otherwise than the model recommends, and wrote down why. That is their right.",
            "Quelqu’un a décidé autrement que le modèle ne le recommande et a écrit pourquoi. C’est son "
            "droit.",
        ),
    ),
    Term(
        "second-person",
        Text("Second person", "Seconde personne"),
        Text(
            "Above an amount, accepting what the model refuses counts only when another person has agreed.",
            "Au-delà d’un montant, accepter ce que le modèle refuse ne compte que si une autre personne a"
            " donné son accord.",
        ),
    ),
    Term(
        "affordability",
        Text("Affordability", "Budget du client"),
        Text(
            "Whether the income carries the instalments and charges, by a rule of the policy, beside the "
            "score. Beyond a limit, accepting takes a second person.",
            "Si les revenus supportent les mensualités et les charges, selon une règle de la politique, à "
            "côté du score. Au-delà d’une limite, accepter demande une seconde personne.",
        ),
    ),
    Term(
        "closeness",
        Text("Distance to the threshold", "Écart au seuil"),
        Text(
            "Points of probability from a case to the threshold; near 0 a small change turns the verdict.",
            "Les points de probabilité entre un dossier et le seuil ; près de 0, un petit changement inverse "
            "la recommandation.",
        ),
    ),
    Term(
        "swap-set",
        Text("Approvals won and lost", "Accords gagnés et perdus"),
        Text(
            "The cases whose verdict differs between two policies: accepted under the new one alone, or "
            "under the old one alone.",
            "Les dossiers dont la recommandation diffère entre deux politiques : acceptés sous la nouvelle "
            "seulement, ou sous l’ancienne seulement.",
        ),
    ),
    Term(
        "reasons",
        Text("Reasons", "Motifs"),
        Text(
            "The facts that weighed most in this verdict, in sentences that can be checked and challenged.",
            "Les faits qui ont le plus pesé dans cette recommandation, en phrases que l’on peut vérifier et "
            "contester.",
        ),
    ),
    Term(
        "what-if",
        Text("What if", "Simulation"),
        Text(
            "The verdict for other values, such as a smaller credit. It is never stored as the client’s "
            "verdict.",
            "La recommandation pour d’autres valeurs, par exemple un crédit plus petit. Elle n’est jamais "
            "enregistrée comme celle du client.",
        ),
    ),
)
WORKING: Final = (
    Term(
        "claim",
        Text("Claim", "Prise en charge"),
        Text(
            "One person works on the case; nobody else decides it until it is released.",
            "Une seule personne travaille sur le dossier ; nul autre n’en décide avant qu’elle le libère.",
        ),
    ),
    Term(
        "shared",
        Text("Shared", "Partagé"),
        Text(
            "Every advisor, or everybody in the team it was referred to, may see and claim the case.",
            "Tous les conseillers, ou ceux de l’équipe désignée, peuvent le voir et le prendre en charge.",
        ),
    ),
    Term(
        "escalated",
        Text("With a manager", "Chez un responsable"),
        Text(
            "An advisor has passed the case on with a question, and waits for the answer.",
            "Un conseiller a transmis le dossier avec une question et attend la réponse.",
        ),
    ),
    Term(
        "contested",
        Text("Contested", "Contesté"),
        Text(
            "The client disagrees with the decision. Somebody who took no part in it reviews it within "
            "the promised days.",
            "Le client n’est pas d’accord avec la décision. Une personne qui n’y a pas pris part la "
            "réexamine dans le délai promis.",
        ),
    ),
    Term(
        "late",
        Text("Late", "En retard"),
        Text(
            "The due date of the case, or of the answer to a contest, has passed.",
            "L’échéance du dossier, ou celle de la réponse à une contestation, est passée.",
        ),
    ),
    Term(
        "audit-log",
        Text("Audit log", "Journal d’audit"),
        Text(
            "Who did what and when, as a chain of sealed events: a changed, removed or inserted line shows.",
            "Qui a fait quoi et quand, en une chaîne d’événements scellés : une ligne modifiée, supprimée"
            " ou ajoutée se voit.",
        ),
    ),
)
MEASURING: Final = (
    Term(
        "auc",
        Text("AUC", "AUC"),
        Text(
            "How well the model ranks: the chance that a client who defaulted has a higher probability "
            "than one who paid. 0.5 is a coin, 1 is perfect.",
            "La qualité du classement : la probabilité qu’un client en défaut ait une note de risque plus"
            " élevée qu’un client qui a payé. 0,5 : pile ou face ; 1 : parfait.",
        ),
    ),
    Term(
        "cost",
        Text("Cost per case", "Coût par dossier"),
        Text(
            "What wrong verdicts cost on average, where an accepted default costs ten times a refused "
            "good payer unless the training chose otherwise.",
            "Ce que les recommandations erronées coûtent en moyenne ; un défaut accepté coûte dix fois un "
            "bon payeur refusé, sauf autre choix à l’entraînement.",
        ),
    ),
    Term(
        "hold-out",
        Text("Hold-out", "Échantillon de test"),
        Text(
            "Clients set aside before training, on whom a version is judged once.",
            "Des clients mis de côté avant l’entraînement, sur lesquels une version est jugée une seule "
            "fois.",
        ),
    ),
    Term(
        "out-of-fold",
        Text("Out of fold", "Validation croisée"),
        Text(
            "Each client is scored by a model that has not learned from this client.",
            "Chaque client est noté par un modèle qui n’a pas appris de lui.",
        ),
    ),
    Term(
        "calibration",
        Text("Calibration", "Calibration"),
        Text(
            "Whether probabilities come true: of the clients at 10%, about 10 in 100 should default.",
            "Si les probabilités se vérifient : parmi les clients à 10 %, environ 10 sur 100 devraient "
            "être en défaut.",
        ),
    ),
    Term(
        "gini",
        Text("Gini", "Gini"),
        Text(
            "The AUC on another scale: 0 is a coin, 1 is perfect (twice the AUC, less 1).",
            "L’AUC sur une autre échelle : 0, pile ou face ; 1, parfait (deux fois l’AUC, moins 1).",
        ),
    ),
    Term(
        "vintage",
        Text("Vintage", "Génération"),
        Text(
            "The loans that were applied for in one month or quarter. Comparing vintages of the same age"
            " shows whether newer loans are repaid worse.",
            "Les prêts demandés au cours d’un même mois ou trimestre. Comparer les générations au même âge"
            " montre si les prêts récents sont moins bien remboursés.",
        ),
    ),
    Term(
        "challenger",
        Text("Challenger", "Challenger"),
        Text(
            "A second version that scores every case unseen, to be compared with the one in use.",
            "Une seconde version qui note chaque dossier sans être vue, pour la comparer à celle en service.",
        ),
    ),
    Term(
        "psi",
        Text("PSI", "PSI"),
        Text(
            "How far a distribution has moved (population stability index): below 0.1 little, above 0.25 "
            "a lot.",
            "De combien une distribution a bougé (indice de stabilité) : sous 0,1 peu, au-dessus de 0,25 "
            "beaucoup.",
        ),
    ),
    Term(
        "drift",
        Text("Drift", "Dérive"),
        Text(
            "Today’s clients are no longer like those the model learned from; its figures may no longer "
            "hold.",
            "Les clients d’aujourd’hui ne ressemblent plus à ceux dont le modèle a appris ; ses chiffres "
            "peuvent ne plus être valables.",
        ),
    ),
    Term(
        "fairness",
        Text("Fairness", "Équité"),
        Text(
            "Whether groups of clients, such as women and men, are accepted and refused alike where they "
            "pay alike.",
            "Si des groupes de clients, par exemple femmes et hommes, sont acceptés et refusés de la même"
            " façon quand ils paient de la même façon.",
        ),
    ),
)
TOPICS: Final[Mapping[str, tuple[Text, tuple[Term, ...]]]] = {
    "deciding": (Text("To decide", "Pour décider"), DECIDING),
    "working": (Text("To work together", "Pour travailler ensemble"), WORKING),
    "measuring": (Text("To judge the model", "Pour juger le modèle"), MEASURING),
    "metrics": (Text("Figures of the model", "Les chiffres du modèle"), METRICS),
}
BY_CODE: Final = {term.code: term for _topic, terms in TOPICS.values() for term in terms}
