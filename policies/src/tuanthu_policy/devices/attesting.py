"""What a device says of itself before any login."""

from typing import Final

from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.family import Attestation, Attested
from tuanthu_policy.devices.subjects import AnswerReader
from tuanthu_policy.devices.testing import all_hold
from tuanthu_policy.devices.verdict import Verdict

ATTESTABLE: Final = (
    Verdict.UNINITIALISED, Verdict.NO_AUTH, Verdict.DEFAULT_CONFIRMED, Verdict.DEFAULT_REJECTED, Verdict.LOCKED,
    Verdict.PER_DEVICE_SECRET,
)  # fmt: skip
"""What a statement of a device can settle."""


def attested(attestation: Attestation, answer: Answer) -> Attested | None:
    """The first statement that holds."""
    read = AnswerReader(answer)
    return next((one for one in attestation.answers if all_hold(one.when, read)), None)
