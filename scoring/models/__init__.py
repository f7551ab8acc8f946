from scoring.models.challenger import ChallengerAppointment
from scoring.models.comparison import Comparison
from scoring.models.drift import Alert, DriftReport
from scoring.models.loss_table import LossTable, loss_table_in_force
from scoring.models.policy import Policy, policy_as_of
from scoring.models.promotion import MIN_REASON_LENGTH, Proposal
from scoring.models.training import TrainingClients
from scoring.models.version import Activation, ModelVersion, Suspension, model_as_of

__all__ = [
    "MIN_REASON_LENGTH",
    "Activation",
    "Alert",
    "ChallengerAppointment",
    "Comparison",
    "DriftReport",
    "LossTable",
    "ModelVersion",
    "Policy",
    "Proposal",
    "Suspension",
    "TrainingClients",
    "loss_table_in_force",
    "model_as_of",
    "policy_as_of",
]
