"""FTP against vsftpd."""

import pytest
from tests.assets.servers.processes import PASSWORD, USER, wait_for
from tests.assets.servers.real import vsftpd

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.registry import READERS
from tuanthu_policy.devices.verdict import AttemptOutcome

pytestmark = pytest.mark.root


def test_vsftpd_greets_grants_and_refuses_and_counts_once(tmp_path, accounts, looking, trying, door):
    with vsftpd(tmp_path, accounts) as (port, log):
        assert looking("ftp", port).exposures == ("ftp-open",)
        seen = READERS["ftp"](door, Service("127.0.0.1", port, "ftp"), 5.0)
        assert "vsFTPd" in seen.subjects["ftp.banner"]
        came = trying("ftp", port, USER, PASSWORD)
        assert came.outcome is AttemptOutcome.ACCEPTED, came
        assert came.evidence == ("pass-230", "confirm:pwd")
        came = trying("ftp", port, USER, "sai-hoan-toan")
        assert came.outcome is AttemptOutcome.REFUSED, came
        wait_for(lambda: log.count("FAIL LOGIN"))
        assert log.count("FAIL LOGIN") == 1
        assert trying("ftp", port, "anonymous", "").outcome is AttemptOutcome.REFUSED
        assert log.count("STOR", "DELE", "MKD", "PASV", "PORT") == 0


def test_vsftpd_for_anybody_is_an_exposure(tmp_path, accounts, trying):
    with vsftpd(tmp_path, accounts, anonymous_enable="YES") as (port, _):
        came = trying("ftp", port, "anonymous", "")
        assert (came.outcome, came.exposures) == (AttemptOutcome.NO_AUTH, ("ftp-anonymous",)), came


def test_vsftpd_that_wants_tls_is_given_it_before_the_password(tmp_path, accounts, trying):
    from tests.assets.servers.real import certificate

    tls = {"ssl_enable": "YES", "rsa_cert_file": certificate(tmp_path), "force_local_logins_ssl": "YES"}
    with vsftpd(tmp_path, accounts, **tls) as (port, log):
        assert trying("ftp", port, USER, PASSWORD).outcome is AttemptOutcome.ACCEPTED
        assert trying("ftp", port, USER, "sai-hoan-toan").outcome is AttemptOutcome.REFUSED
        assert log.count("FAIL LOGIN") == 1


def test_vsftpd_over_tls_from_the_first_byte(tmp_path, accounts, looking, trying):
    from tests.assets.servers.real import certificate

    tls = {"ssl_enable": "YES", "rsa_cert_file": certificate(tmp_path), "implicit_ssl": "YES"}
    with vsftpd(tmp_path, accounts, **tls) as (port, _):
        assert looking("ftp", port, tls=True).exposures == ()
        came = trying("ftp", port, USER, PASSWORD, tls=True)
        assert came.outcome is AttemptOutcome.ACCEPTED, came
