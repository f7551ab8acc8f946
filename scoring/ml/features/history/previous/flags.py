"""Flags of a previous application: its outcome, type, origin, price band and reason of refusal."""

from ibis import _

from scoring.ml.features.spec.measures import Flag

APPLICATIONS, REFUSALS, TERMS = "previous_applications", "previous_refusals", "previous_terms"

IS_APPROVED = Flag("IS_APPROVED", APPLICATIONS, "approved", "accordées", "accordée")
IS_REFUSED = Flag("IS_REFUSED", REFUSALS, "refused", "refusées", "refusée")
IS_CANCELLED = Flag("IS_CANCELLED", APPLICATIONS, "cancelled", "annulées", "annulée")
IS_UNUSED = Flag("IS_UNUSED", APPLICATIONS, "granted but not used", "accordées mais non utilisées")
IS_CASH = Flag("IS_CASH", APPLICATIONS, "for a cash loan", "pour un prêt personnel")
IS_CONSUMER = Flag("IS_CONSUMER", APPLICATIONS, "for a consumer loan", "pour un crédit à la consommation")
IS_WALK_IN = Flag("IS_WALK_IN", APPLICATIONS, "made by walking in", "faites spontanément en agence")
IS_CROSS_SELL = Flag(
    "IS_CROSS_SELL", APPLICATIONS, "following an offer of ours", "faisant suite à notre offre"
)
IS_FIRST_TIME = Flag("IS_FIRST_TIME", APPLICATIONS, "made as a new client", "faites comme nouveau client")
IS_INSURED = Flag("IS_INSURED", TERMS, "with insurance", "avec assurance")
FOR_POLICY = Flag(
    "FOR_POLICY",
    REFUSALS,
    "whose reason of refusal was the credit policy (HC)",
    "dont le motif de refus est la politique de crédit (HC)",
)
FOR_LIMIT = Flag(
    "FOR_LIMIT",
    REFUSALS,
    "whose reason of refusal was a limit exceeded",
    "dont le motif de refus est un dépassement de limite",
)
FOR_SCORE = Flag(
    "FOR_SCORE", REFUSALS, "whose reason of refusal was the score", "dont le motif de refus est le score"
)
FOR_SCOFR = Flag(
    "FOR_SCOFR",
    REFUSALS,
    "whose reason of refusal was code SCOFR",
    "dont le motif de refus est le code SCOFR",
)
FOR_SCO = Flag(
    "FOR_SCO", REFUSALS, "whose reason of refusal was code SCO", "dont le motif de refus est le code SCO"
)
FOR_CHECKS = Flag(
    "FOR_CHECKS",
    REFUSALS,
    "whose reason of refusal was a check",
    "dont le motif de refus est une vérification",
)
IS_REVOLVING = Flag("IS_REVOLVING", APPLICATIONS, "for revolving credit", "pour un crédit renouvelable")
IS_REPEAT = Flag("IS_REPEAT", APPLICATIONS, "made as a returning client", "faites comme client fidèle")
IS_BACK = Flag("IS_BACK", APPLICATIONS, "made on coming back", "faites comme client revenu")
IS_SHOP_CREDIT = Flag("IS_SHOP_CREDIT", APPLICATIONS, "for credit in a shop", "pour un crédit en magasin")
IS_CARD = Flag("IS_CARD", APPLICATIONS, "for a card", "pour une carte")
AT_BRANCH = Flag("AT_BRANCH", APPLICATIONS, "made in a branch", "faites en agence")
AT_RETAILER = Flag(
    "AT_RETAILER", APPLICATIONS, "made at a national retailer", "faites dans une enseigne nationale"
)
AT_REGIONAL = Flag(
    "AT_REGIONAL",
    APPLICATIONS,
    "made at a regional or local retailer",
    "faites dans une enseigne régionale ou locale",
)
AT_SHOP = Flag("AT_SHOP", APPLICATIONS, "made in a shop", "faites en magasin")
BY_CALL = Flag("BY_CALL", APPLICATIONS, "made through the call centre", "faites par le centre d’appels")
BY_PARTNER = Flag("BY_PARTNER", APPLICATIONS, "made through a partner", "faites par un partenaire")
AT_LOW_RATE = Flag("AT_LOW_RATE", TERMS, "in a low interest band", "dans une tranche de taux basse")
ON_OFFER = Flag("ON_OFFER", TERMS, "at a promotional rate", "à un taux promotionnel")
AT_MIDDLE_RATE = Flag(
    "AT_MIDDLE_RATE", TERMS, "in the middle interest band", "dans la tranche de taux moyenne"
)
AT_HIGH_RATE = Flag("AT_HIGH_RATE", TERMS, "in the high interest band", "dans la tranche de taux élevée")
WAS_LATE = Flag("WAS_LATE", TERMS, "with an instalment paid late", "avec une échéance payée en retard")

CONDITIONS = {
    IS_APPROVED: _.NAME_CONTRACT_STATUS == "Approved",
    IS_REFUSED: _.NAME_CONTRACT_STATUS == "Refused",
    IS_CANCELLED: _.NAME_CONTRACT_STATUS == "Canceled",
    IS_UNUSED: _.NAME_CONTRACT_STATUS == "Unused offer",
    IS_CASH: _.NAME_CONTRACT_TYPE == "Cash loans",
    IS_CONSUMER: _.NAME_CONTRACT_TYPE == "Consumer loans",
    IS_REVOLVING: _.NAME_CONTRACT_TYPE == "Revolving loans",
    IS_WALK_IN: _.NAME_PRODUCT_TYPE == "walk-in",
    IS_CROSS_SELL: _.NAME_PRODUCT_TYPE == "x-sell",
    IS_FIRST_TIME: _.NAME_CLIENT_TYPE == "New",
    IS_REPEAT: _.NAME_CLIENT_TYPE == "Repeater",
    IS_BACK: _.NAME_CLIENT_TYPE == "Refreshed",
    IS_SHOP_CREDIT: _.NAME_PORTFOLIO == "POS",
    IS_CARD: _.NAME_PORTFOLIO == "Cards",
    AT_BRANCH: _.CHANNEL_TYPE == "Credit and cash offices",
    AT_RETAILER: _.CHANNEL_TYPE == "Country-wide",
    AT_REGIONAL: _.CHANNEL_TYPE == "Regional / Local",
    AT_SHOP: _.CHANNEL_TYPE == "Stone",
    BY_CALL: _.CHANNEL_TYPE == "Contact center",
    BY_PARTNER: _.CHANNEL_TYPE == "AP+ (Cash loan)",
    AT_LOW_RATE: _.NAME_YIELD_GROUP == "low_normal",
    ON_OFFER: _.NAME_YIELD_GROUP == "low_action",
    AT_MIDDLE_RATE: _.NAME_YIELD_GROUP == "middle",
    AT_HIGH_RATE: _.NAME_YIELD_GROUP == "high",
    IS_INSURED: _.NFLAG_INSURED_ON_APPROVAL,
    FOR_POLICY: _.CODE_REJECT_REASON == "HC",
    FOR_LIMIT: _.CODE_REJECT_REASON == "LIMIT",
    FOR_SCORE: _.CODE_REJECT_REASON.isin(("SCO", "SCOFR")),
    FOR_SCO: _.CODE_REJECT_REASON == "SCO",
    FOR_SCOFR: _.CODE_REJECT_REASON == "SCOFR",
    FOR_CHECKS: _.CODE_REJECT_REASON == "VERIF",
}
