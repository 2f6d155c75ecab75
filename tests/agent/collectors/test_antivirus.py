"""Kind `antivirus`: ClamAV from its files and answers, other products from the table."""

import os
import signal
import socket
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.collectors import antivirus
from tuanthu_agent.collectors.antivirus import clamav_parsing as parsing
from tuanthu_agent.collectors.antivirus.products import PRODUCTS
from tuanthu_agent.collectors.interface import CollectorError, Settings
from tuanthu_agent.host import HostError
from tuanthu_agent.process_table import Processes

HANOI = timezone(timedelta(hours=7))
# Documented layout of a database file's header (synthetic values).
HEADER = b"ClamAV-VDB:23 Nov 2026 09-00 +0000:27829:2077000:90:md5:signature:builder:1795424400".ljust(512)
CONFIG = "# tệp cấu hình\nLocalSocket /run/clamd.ctl\nDatabaseDirectory /var/lib/clamav\n"
FILES = {"/etc/clamav/clamd.conf": CONFIG, "/usr/sbin/clamd": "", "/var/lib/clamav/daily.cvd": HEADER}


def table(*names, complete=True):
    return Processes(frozenset({"systemd", *names}), complete)


def only_product(result):
    assert result.facts["product_count"] == 1
    (item,) = result.facts["products"]
    return item


def test_a_version_is_read_with_and_without_its_database():
    assert parsing.parse_version("ClamAV 1.4.3\0") == parsing.Version("1.4.3", None, None)
    whole = parsing.parse_version("ClamAV 1.4.3/27829/Mon Nov 23 16:00:00 2026", HANOI)
    assert whole == parsing.Version("1.4.3", "27829", datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert parsing.parse_version("ClamAV 0.103.12+dfsg-0+deb11u1").engine == "0.103.12+dfsg-0+deb11u1"
    for nonsense in ("", "PONG", "ClamAV ", "ClamAV 1.4.3/", "UNKNOWN COMMAND"):
        assert parsing.parse_version(nonsense) is None


def test_a_header_tells_when_the_database_was_made():
    assert parsing.parse_header(HEADER) == parsing.Header(datetime(2026, 11, 23, 9, tzinfo=UTC), "27829")
    for nonsense in (b"", b"ClamAV-VDB", HEADER.replace(b"Nov", b"Nox"), HEADER[1:], HEADER.replace(b"27829", b"-1")):
        assert parsing.parse_header(nonsense) is None


@given(st.binary(max_size=600), st.text(max_size=200))
def test_nothing_that_a_daemon_or_a_file_says_breaks_a_parser(data, text):
    for answer in (text, "ClamAV " + text, "ClamAV 1.4.3/1/" + text):
        version = parsing.parse_version(answer)
        assert version is None or version.engine
    for header in (data, b"ClamAV-VDB:" + data, b"ClamAV-VDB:23 Nov 2026 09-00 +0000:" + data):
        parsed = parsing.parse_header(header)
        assert parsed is None or parsed.version.isdecimal()
    assert all(parsing.parse_config(text))


@pytest.fixture
def clamd(tmp_path):
    """Serves prepared answers on `/run/clamd.ctl` of the fake machine."""
    (tmp_path / "machine/run").mkdir(parents=True)
    listener = socket.socket(socket.AF_UNIX)
    # The path of a Unix socket is short; a relative one always is.
    folder = os.open(tmp_path / "machine/run", os.O_RDONLY)
    listener.bind(f"/proc/self/fd/{folder}/clamd.ctl")
    listener.listen()
    answers = {b"zPING\0": b"PONG\0", b"zVERSION\0": b"ClamAV 1.4.3/27829/Mon Nov 23 09:00:00 2026\0"}

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                answer = answers[connection.recv(100)]
                if answer is not None:
                    connection.sendall(answer)
                else:
                    connection.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield answers
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    os.close(folder)
    thread.join()


def test_a_protecting_clamav_is_described_whole(machine, clamd):
    host = machine(FILES, processes_=table("clamd", "freshclam", "clamonacc"))
    result = antivirus.collect(host, Settings())
    assert result.status.value == "ok"
    assert only_product(result) == {
        "id": "clamav",
        "name": "ClamAV",
        "vendor": "Cisco",
        "licence_kind": "free",
        "version": "1.4.3",
        "running": True,
        "realtime": True,
        "signature_date": "2026-11-23T09:00:00Z",
        "signature_version": "27829",
        "signature_source": "database",
        "auto_update": True,
        "update_running": True,
        "sources": ["files", "clamd", "database"],
    }


def test_configured_but_stopped_it_is_present_and_not_running(machine):
    host = machine(FILES, processes_=table(), commands={"clamd --version": "ClamAV 1.4.3\n"})
    item = only_product(antivirus.collect(host, Settings()))
    assert (item["version"], item["running"], item["realtime"], item["update_running"]) == (
        "1.4.3",
        False,
        False,
        False,
    )
    assert item["signature_date"] == "2026-11-23T09:00:00Z"


def test_a_daemon_that_does_not_answer_is_not_said_to_run(machine, clamd, monkeypatch):
    monkeypatch.setattr("tuanthu_agent.collectors.antivirus.clamav.ANSWER_SECONDS", 0.1)
    clamd[b"zPING\0"] = None
    result = antivirus.collect(machine(FILES, processes_=table("clamd")), Settings())
    assert "running" not in only_product(result)
    assert result.status.value == "partial"
    assert "clamd-timeout" in result.reason


def test_a_loaded_database_older_than_the_file_counts(machine, clamd):
    newer = HEADER.replace(b"23 Nov", b"24 Nov").replace(b"27829", b"27830")
    host = machine(FILES | {"/var/lib/clamav/daily.cvd": newer}, processes_=table("clamd"))
    item = only_product(antivirus.collect(host, Settings()))
    assert (item["signature_version"], item["signature_source"]) == ("27829", "product")


def test_new_signatures_on_disk_that_the_daemon_has_not_loaded_do_not_count(machine, clamd):
    clamd[b"zVERSION\0"] = b"ClamAV 1.4.3\0"
    result = antivirus.collect(machine(FILES, processes_=table("clamd")), Settings())
    assert "signature_date" not in only_product(result)
    assert "database-not-loaded" in result.reason


def test_a_configuration_that_cannot_be_read_leaves_only_what_the_daemon_says(machine, monkeypatch):
    host = machine(FILES)
    read = host.read_bytes

    def refuse(path, limit=0):
        if path.endswith("clamd.conf"):
            raise HostError("permission-denied", path)
        return read(path, limit)

    monkeypatch.setattr(host, "read_bytes", refuse)
    result = antivirus.collect(host, Settings())
    assert "signature_date" not in only_product(result)
    assert "clamd-config: permission-denied" in result.reason


def test_a_daemon_that_does_not_run_is_not_asked_for_systemd_would_start_it(machine, clamd):
    item = only_product(antivirus.collect(machine(FILES, processes_=table()), Settings()))
    assert item["running"] is False
    assert "clamd" not in item["sources"]


def test_who_listens_on_a_port_must_be_seen_to_be_clamd(machine, monkeypatch):
    answers = {b"zPING\0": b"PONG\0", b"zVERSION\0": b"ClamAV 1.4.3/27829/Mon Nov 23 09:00:00 2026\0"}
    files = FILES | {"/etc/clamav/clamd.conf": "TCPSocket 3310\n"}
    host = machine(files, processes_=Processes(frozenset(), complete=True, doubtful=frozenset({"clamd"})))
    monkeypatch.setattr(host, "ask_loopback", lambda port, question, seconds: answers[question])
    result = antivirus.collect(host, Settings())
    assert "running" not in only_product(result)
    assert "untrusted-peer" in result.reason


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to listen as somebody else")
def test_an_ordinary_user_on_the_socket_is_not_taken_for_clamd(machine, tmp_path):
    (tmp_path / "machine/run").mkdir(parents=True)
    folder = os.open(tmp_path / "machine/run", os.O_RDONLY)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"/proc/self/fd/{folder}/clamd.ctl")
    os.close(folder)
    child = os.fork()
    if child == 0:
        os.setuid(4711)
        listener.listen()
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)
    os.waitpid(child, os.WUNTRACED)
    try:
        result = antivirus.collect(machine(FILES, processes_=table("clamd")), Settings())
        assert "running" not in only_product(result)
        assert "clamd-untrusted-peer" in result.reason
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        listener.close()


def test_of_daily_databases_the_newest_counts_and_bytecode_never(machine):
    newer = HEADER.replace(b"23 Nov", b"24 Nov")
    files = FILES | {
        "/var/lib/clamav/daily.cld": newer,
        "/var/lib/clamav/bytecode.cvd": HEADER.replace(b"2026", b"2030"),
    }
    item = only_product(antivirus.collect(machine(files), Settings()))
    assert item["signature_date"] == "2026-11-24T09:00:00Z"


def test_an_unreadable_header_gives_no_date(machine):
    result = antivirus.collect(machine(FILES | {"/var/lib/clamav/daily.cvd": b"junk"}), Settings())
    assert "signature_date" not in only_product(result)
    assert "database-header" in result.reason


def test_hand_made_signatures_are_as_old_as_their_file(machine):
    files = {name: content for name, content in FILES.items() if "daily" not in name}
    host = machine(files | {"/var/lib/clamav/noi-bo.ndb": "x"})
    os.utime(host.path("/var/lib/clamav/noi-bo.ndb"), (1795424400, 1795424400))
    item = only_product(antivirus.collect(host, Settings()))
    assert (item["signature_date"], item["signature_source"]) == ("2026-11-23T09:00:00Z", "database")


def test_exceptions_and_empty_files_are_no_signatures_however_new(machine):
    files = {name: content for name, content in FILES.items() if "daily" not in name}
    more = {"/var/lib/clamav/bỏ-qua.ign2": "x", "/var/lib/clamav/tin-cậy.fp": "x", "/var/lib/clamav/rỗng.ndb": ""}
    result = antivirus.collect(machine(files | more), Settings())
    assert "signature_date" not in only_product(result)
    assert "database-empty" in result.reason


def test_an_updater_that_somebody_started_by_hand_is_no_automatic_update(machine):
    host = machine(FILES | {"/etc/systemd/system/x": ""}, processes_=table("clamd", "freshclam"))
    assert "auto_update" not in only_product(antivirus.collect(host, Settings()))
    stopped = machine(FILES | {"/etc/systemd/system/x": ""}, processes_=table())
    assert only_product(antivirus.collect(stopped, Settings()))["auto_update"] is False


def test_without_on_access_scanning_nothing_protects_in_real_time(machine, clamd):
    item = only_product(antivirus.collect(machine(FILES, processes_=table("clamd")), Settings()))
    assert (item["running"], item["realtime"]) == (True, False)


def test_an_updater_started_by_a_timer_is_not_said_to_stand_still(machine):
    host = machine(FILES | {"/etc/cron.d/clamav-update": "x"})
    item = only_product(antivirus.collect(host, Settings()))
    assert item["auto_update"] is True
    assert "update_running" not in item


def test_where_processes_are_hidden_nothing_is_said_not_to_run(machine):
    result = antivirus.collect(machine(FILES, processes_=table(complete=False)), Settings())
    item = only_product(result)
    assert not {"running", "realtime", "update_running", "auto_update"} & set(item)
    assert result.status.value == "partial"


def test_no_product_is_a_finding_where_all_could_be_seen(machine):
    result = antivirus.collect(machine({}), Settings())
    assert (result.status.value, result.facts) == ("ok", {"product_count": 0, "products": []})


def test_no_product_is_a_failure_where_not_all_could_be_seen(machine):
    with pytest.raises(CollectorError, match="processes-hidden"):
        antivirus.collect(machine({}, processes_=table(complete=False)), Settings())


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.id)
def test_another_product_is_recognised_running_and_stopped(product, machine):
    host = machine({product.programs[0]: ""}, processes_=table(product.processes[0][:15]))
    item = only_product(antivirus.collect(host, Settings()))
    assert (item["id"], item["running"]) == (product.id, True)
    stopped = only_product(antivirus.collect(machine({}), Settings()))
    assert (stopped["id"], stopped["running"]) == (product.id, False)
    assert not {"realtime", "signature_date", "version", "auto_update"} & set(stopped)


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.id)
def test_what_a_removed_product_left_behind_is_neither_a_product_nor_none(product, machine):
    with pytest.raises(CollectorError, match=f"remains: {product.id}"):
        antivirus.collect(machine({f"{product.folders[0]}/nhật ký": ""}), Settings())


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.id)
def test_a_process_of_that_name_without_its_files_is_no_product(product, machine):
    with pytest.raises(CollectorError, match=f"unplaced-process: {product.id}"):
        antivirus.collect(machine({}, processes_=table(product.processes[0])), Settings())


def test_beside_a_doubtful_product_a_sound_one_is_told_and_the_number_is_not(machine):
    facts = antivirus.collect(machine(FILES | {"/opt/CrowdStrike/nhật ký": ""}), Settings()).facts
    assert "product_count" not in facts
    assert [item["id"] for item in facts["products"]] == ["clamav"]


def test_a_scanner_that_only_works_when_asked_is_no_product(machine):
    files = {"/usr/bin/clamscan": "", "/usr/bin/freshclam": "", "/var/lib/clamav/daily.cvd": HEADER}
    assert antivirus.collect(machine(files), Settings()).facts["product_count"] == 0


def test_the_configuration_of_a_removed_clamav_is_no_product(machine):
    files = {"/etc/clamav/clamd.conf": CONFIG, "/var/lib/clamav/daily.cvd": HEADER}
    assert antivirus.collect(machine(files), Settings()).facts["product_count"] == 0


@pytest.mark.parametrize("family", ["macos", "other"])
def test_where_products_lie_elsewhere_none_found_is_no_finding(machine, family):
    with pytest.raises(CollectorError, match=f"not-available: antivirus on {family}"):
        antivirus.collect(machine({}, family_=family), Settings())


def test_ids_of_products_are_unique():
    assert len({product.id for product in PRODUCTS}) == len(PRODUCTS)
