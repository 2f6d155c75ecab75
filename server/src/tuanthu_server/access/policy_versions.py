"""Versions of the policy: everybody who may see results may see by what they were judged."""

from django.http import Http404

from tuanthu_policy.policy import Policy
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.compliance import policies
from tuanthu_server.compliance.policies import VersionLine


def versions(within: Reach) -> list[VersionLine]:
    """Every version, the newest in force first."""
    within.require(Permission.SEE)
    return policies.versions()


def version(within: Reach, number: int) -> Policy:
    """The policy of one version."""
    within.require(Permission.SEE)
    found = policies.version_policy(number)
    if found is None:
        raise Http404(str(number))
    return found
