"""Enrolling again while the machine stops, or another process works, at the worst moment."""

import pytest
from tests.agent.fake_collector import pem, problem

from tuanthu_agent import enrolment, jobs, reenrolment, signing
from tuanthu_agent import identity as identities
from tuanthu_agent.errors import IdentityError
from tuanthu_agent.transport import Transport
from tuanthu_agent.uplink import Uplink

MACHINE = enrolment.MachineIdentity(hostname="máy-tiếp-đón")


class PowerCut(BaseException):
    """The machine stops."""


@pytest.mark.parametrize("steps", range(4))
def test_stopped_at_any_step_of_the_change_the_identity_has_its_own_key(enrolled, collector, monkeypatch, steps):
    former = identities.load(enrolled.data_dir).public_key
    write, done = reenrolment.write_private, []

    def stop(path, data):
        if len(done) == steps:
            raise PowerCut
        done.append(path)
        write(path, data)

    with monkeypatch.context() as cut:
        cut.setattr(reenrolment, "write_private", stop)
        if steps < 3:
            with pytest.raises(PowerCut):
                enrolment.enrol_again(enrolled, collector.url, "TT-2", pem(collector.ca[0]), MACHINE)
        else:
            enrolment.enrol_again(enrolled, collector.url, "TT-2", pem(collector.ca[0]), MACHINE)
    identity, signer = reenrolment.load_pair(enrolled.data_dir)
    assert identity.public_key == signer.public_key != former
    assert not (enrolled.data_dir / reenrolment.STAGE).exists()


def test_a_key_that_is_not_the_identitys_signs_nothing(enrolled, monkeypatch):
    monkeypatch.setattr(reenrolment, "TRY_SECONDS", 0)
    (enrolled.data_dir / signing.KEY_NAME).unlink()
    signing.load_or_create(enrolled.data_dir)
    spool = jobs.open_configured(enrolled)
    with pytest.raises(IdentityError, match="does not belong"):
        jobs.collect(enrolled, spool)
    assert spool.last_sequence() == 0
    spool.close()


def test_a_report_observed_while_the_machine_was_enrolled_again_goes_out_under_the_new_identity(enrolled, monkeypatch):
    spool = jobs.open_configured(enrolled)
    observe = jobs.observe_configured
    identity = identities.load(enrolled.data_dir)

    def enrolled_meanwhile(*arguments):
        seen = observe(*arguments)
        other = jobs.open_configured(enrolled)
        identities.save(enrolled.data_dir, identities.msgspec.structs.replace(identity, agent="agent-2"))
        jobs.adopt(enrolled, other)
        other.close()
        return seen

    monkeypatch.setattr(jobs, "observe_configured", enrolled_meanwhile)
    jobs.collect(enrolled, spool)
    (report,) = spool.pending(-1)
    assert b'"agent":"agent-2"' in report.payload
    spool.close()


@pytest.mark.parametrize("code", ["signature-invalid", "agent-mismatch", "sequence-conflict", "agent-revoked"])
def test_what_the_collector_says_of_the_former_agent_costs_no_report(enrolled, collector, code):
    spool = jobs.open_configured(enrolled)
    jobs.collect(enrolled, spool)

    class Enrolling:
        """A delivery during which the machine is enrolled again."""

        def post(self, *arguments):
            spool.put({"agent": "agent-2"})
            return self.transport.post(*arguments)

    identity, signer = jobs.adopt(enrolled, spool)
    sender = Enrolling()
    sender.transport = Transport(collector.url, enrolled.data_dir / "ca.pem", (5, 5))
    collector.script.append(problem(code, 403, last_sequence=7))
    delivery = Uplink(spool, signer, identity, sender, enrolled).deliver()
    sender.transport.close()
    assert delivery.error.code == code
    assert delivery.refused == 0
    assert [report.sequence for report in spool.pending(-1)] == [1]
    spool.close()
