"""A world with a known truth: histories of invented people, made from stated parameters."""

from evaluation.simulation.chances import SETTLED_DAYS, Chances, Reward
from evaluation.simulation.effects import PLANTED_GROUP, Described, Effects, described, read_effects
from evaluation.simulation.simulate import Simulated, simulate
from evaluation.simulation.truth import TrueValue, Truth, lasting_from_lists, true_policy_value, true_rates

__all__ = [
    "PLANTED_GROUP",
    "SETTLED_DAYS",
    "Chances",
    "Described",
    "Effects",
    "Reward",
    "Simulated",
    "TrueValue",
    "Truth",
    "described",
    "lasting_from_lists",
    "read_effects",
    "simulate",
    "true_policy_value",
    "true_rates",
]
