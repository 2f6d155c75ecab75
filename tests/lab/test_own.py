"""Devices without a factory account, whose logins are encrypted: the site's own password from the vault is the proof."""

import pytest
from tests.lab.devices.state import SITE_PASSWORD
from tests.lab.lab import NEEDS_ROOT, Lab
from tests.lab.show import issue_scope, scan
from tests.lab.station import placed

from tuanthu_agent.scanner.vault import Vault

pytestmark = [*NEEDS_ROOT, pytest.mark.slow]
KINDS = ("tplink-archer", "mercusys-luci", "mercusys-mw", "tplink-gdpr")
HOSTS = placed([(kind, mutation) for kind in KINDS for mutation in ("changed", "single-session")])


def test_the_sites_own_password_passes_where_it_alone_is_taken_and_puts_nobody_out(tmp_path):
    (tmp_path / "state").mkdir()
    vault = Vault(tmp_path / "state")
    for host in HOSTS:
        vault.add(host.mac, "http", "admin", SITE_PASSWORD)
    with Lab(HOSTS) as lab:
        findings, _, _ = scan(lab, tmp_path, *issue_scope(tmp_path), quiet=True, seconds=200)
        report = lab.report()
    said = {line["ip"]: (line["verdict"], line["reason"]) for line in findings if line["protocol"] == "http"}
    for host in HOSTS:
        seen = report["devices"][host.address]
        passed = said[host.address] == ("default-rejected", "own-credential")
        assert passed == (host.mutation == "changed"), (host, said[host.address])
        assert (seen["writes"], seen["evictions"], seen["locks"]) == ([], 0, []), host
        assert seen["opened"] == seen["closed"] == int(passed), host
