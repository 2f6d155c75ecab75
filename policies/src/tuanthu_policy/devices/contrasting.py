"""Proof by contrast: for a device of which nothing is known, 401 without credentials and 200 with them, and 401 again.

Only logins by Basic or Digest can be proved so; the control login with a random account must follow before a verdict.
"""

import msgspec

from tuanthu_policy.devices.family import HttpLogin, Step, Tests
from tuanthu_policy.devices.neutral import NEUTRAL, UNAUTHORISED
from tuanthu_policy.devices.subjects import AnswerReader
from tuanthu_policy.devices.testing import all_hold

CONTRAST = "contrast"
"""The id under which the read without credentials is repeated."""


def is_credulous(login: HttpLogin) -> bool:
    """Whether success or its confirmation holds on an answer that by itself proves nothing."""
    return believes_any(login.success) or believes_any(login.confirmed)


def believes_any(tests: Tests) -> bool:
    """Whether tests hold on an answer that by itself proves nothing."""
    return any(all_hold(tests, AnswerReader(answer)) for answer in NEUTRAL.values())


def contrast_step(login: HttpLogin) -> Step | None:
    """The step of the preflight that shows the login's own page refusing whoever brings no credentials."""
    last = login.steps[-1] if login.steps else None
    if last is None or not last.attempt or last.request.auth not in {"basic", "digest"}:
        return None
    for step in login.preflight:
        same = (step.request.path, step.request.method) == (last.request.path, last.request.method)
        if same and step.require is not msgspec.UNSET and _only_unauthorised(step.require):
            return step
    return None


def _only_unauthorised(tests: Tests) -> bool:
    return any(test.where == "status" and test.equals == UNAUTHORISED.status for test in tests.all)
