"""Real nftables, iptables and ufw in a network namespace that leads nowhere."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make network namespaces"),
]
LOOK = """
import json
from tuanthu_agent.collectors import firewall
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.host import Host
result = firewall.collect(Host(), Settings())
print("LOOK", json.dumps([result.status.value, result.reason, result.facts]), flush=True)
"""


def looks(script, *, options=("--net",)):
    """Run a shell script in namespaces of its own; each `look` in it gives status, reason and facts."""
    done = subprocess.run(
        [
            "unshare",
            *options,
            "bash",
            "-euc",
            f'look() {{ "{sys.executable}" -c "$LOOK"; }}\nip link set lo up\n{script}',
        ],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LOOK": LOOK, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line[5:]) for line in done.stdout.splitlines() if line.startswith("LOOK ")]


def defaults(facts):
    return facts["active"], facts["inbound_default"], facts["inbound_default_ipv6"]


WORKSTATION = """
nft -f - <<END
table inet filter {
  set friends { type ipv4_addr; flags interval; elements = { 192.0.2.0/24 } }
  chain input {
    type filter hook input priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iifname "lo" accept
    ip protocol icmp icmp type echo-request limit rate 5/second accept
    ip saddr @friends tcp dport 22 accept
    tcp dport { 80, 443 } accept
  }
}
END
"""


def test_nftables_from_nothing_to_a_workstation_to_one_family_alone():
    nothing, workstation, let_in, only4 = looks(
        f"look; {WORKSTATION} look\n"
        "nft add rule inet filter input ct state new accept; look\n"
        "nft flush ruleset; nft add table ip f\n"
        "nft add chain ip f i '{ type filter hook input priority 0; policy accept; }'\n"
        "nft add rule ip f i counter reject; look"
    )
    assert nothing[0] == workstation[0] == "ok"
    assert defaults(nothing[2]) == (False, "accept", "accept")
    assert defaults(workstation[2]) == (True, "drop", "drop")
    assert defaults(let_in[2])[1:] == ("accept", "accept")
    assert defaults(only4[2]) == (True, "reject", "accept")


def test_iptables_over_nftables_with_what_only_its_own_program_shows():
    mine, blocked = looks(
        "iptables -A INPUT -m comment --comment 'mở cổng' -p tcp --dport 22 -j ACCEPT; look\n"
        "iptables -P INPUT DROP; ip6tables -A INPUT -m comment --comment x -j REJECT; look"
    )
    assert defaults(mine[2]) == (False, "accept", "accept")
    assert defaults(blocked[2]) == (True, "drop", "reject")


def test_the_older_iptables_beside_empty_nftables():
    (legacy,) = looks("iptables-legacy -P INPUT DROP; ip6tables-legacy -A INPUT -j ACCEPT; look")
    assert legacy[0] == "ok"
    assert defaults(legacy[2]) == (True, "drop", "accept")


def test_both_mechanisms_with_a_table_of_one_name():
    (both,) = looks("iptables-legacy -P INPUT DROP; iptables -A INPUT -m comment --comment x -j ACCEPT; look")
    assert both[2]["inbound_default"] == "drop"


def test_ufw_on_off_and_open():
    on, off, opened = looks(
        "folder=$(mktemp -d); trap 'umount /etc/ufw /etc/default/ufw; rm -rf $folder' EXIT\n"
        "mount --make-rprivate /; cp -a /etc/ufw $folder/\n"
        "mkdir $folder/default; cp -a /etc/default/ufw $folder/default/ufw\n"
        "mount --bind $folder/ufw /etc/ufw; mount --bind $folder/default/ufw /etc/default/ufw\n"
        "ufw --force enable; ufw allow 22/tcp; ufw limit 2222/tcp; look; ufw disable; look\n"
        "sed s/DROP/ACCEPT/ $folder/default/ufw > $folder/open; cat $folder/open > /etc/default/ufw; ufw --force enable; ufw deny 3389/tcp; look",
        options=("--net", "--mount"),
    )
    assert defaults(on[2]) == (True, "drop", "drop")
    assert {"id": "ufw", "enabled": True, "loaded": True, "inbound_default": "drop"} in on[2]["managers"]
    assert defaults(off[2]) == (False, "accept", "accept")
    assert {"id": "ufw", "enabled": False, "loaded": False, "inbound_default": "drop"} in off[2]["managers"]
    assert defaults(opened[2]) == (True, "accept", "accept")


def test_without_the_right_to_look_a_kernel_with_rules_gives_a_gap():
    (blind,) = looks(
        f'{WORKSTATION} setpriv --reuid=65534 --clear-groups "{sys.executable}" -c "$LOOK" || setpriv --bounding-set=-net_admin --inh-caps=-net_admin "{sys.executable}" -c "$LOOK"'
    )
    status, reason, facts = blind
    assert status == "partial"
    assert "permission-denied: packet filter rules" in reason
    assert "active" not in facts


def test_ports_that_listen_are_listed_and_loopback_is_not():
    (seen,) = looks(
        f'"{sys.executable}" -c \'import socket, time\n'
        'for address, port in (("0.0.0.0", 8123), ("127.0.0.1", 8124)):\n'
        "    one = socket.socket(); one.bind((address, port)); one.listen(); globals()[port] = one\n"
        'print("ready", flush=True); time.sleep(60)\' > /tmp/tuanthu-ready-$$ & server=$!\n'
        "for try in $(seq 100); do grep -q ready /tmp/tuanthu-ready-$$ && break; sleep 0.1; done\n"
        "look; kill $server; rm /tmp/tuanthu-ready-$$"
    )
    assert seen[2]["listeners"] == [{"port": 8123, "family": "ipv4"}]
    assert seen[2]["listener_count"] == 1
