"""Short ways to speak to the collector's own functions in tests."""

from tests.assets.signing import TestAgent, now_text

from tuanthu_policy.envelope import Acknowledgement
from tuanthu_server.ingest.enrolment import enrol
from tuanthu_server.inventory import tokens


def enrol_agent(unit, name: str) -> TestAgent:
    agent = TestAgent()
    response, _ = enrol(*agent.enrolment(tokens.issue(unit), name))
    agent.id = response.agent
    return agent


def deliver(
    intake, agent: TestAgent, signed: tuple[bytes, str], *, sent_at: str | None = None, channel: str = "https"
) -> Acknowledgement:
    return intake.submit(
        signed[0], "", agent.id, signed[1], sent_at=now_text() if sent_at is None else sent_at, channel=channel
    )
