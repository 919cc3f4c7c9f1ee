"""What another ranking would have brought, from logs whose near-ties were shuffled; or which gate is closed."""

from evaluation.off_policy.gates import Closed, Gate, Overlap
from evaluation.off_policy.rewards import Reward
from evaluation.off_policy.valuing import Ranking, ShuffledLog, Value, difference_of, estimate, shuffled_log, value_of

__all__ = [
    "Closed",
    "Gate",
    "Overlap",
    "Ranking",
    "Reward",
    "ShuffledLog",
    "Value",
    "difference_of",
    "estimate",
    "shuffled_log",
    "value_of",
]
