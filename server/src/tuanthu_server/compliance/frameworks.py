"""Which regulation's figures stand first."""

from tuanthu_policy.control import Framework
from tuanthu_policy.policy import Policy

FIRST = "directive-14-2018"


def main_code(policy: Policy) -> str:
    """The framework of the first page: that of the first issue, else the first by name; empty where there is none."""
    return FIRST if FIRST in policy.frameworks else min(policy.frameworks, default="")


def main_framework(policy: Policy) -> Framework | None:
    """The framework of the first page; None where the policy has none."""
    return policy.frameworks.get(main_code(policy))
