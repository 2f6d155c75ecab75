"""The probe's commands, in Vietnamese first: `enrol`, `run`, `status`, `export`, `version`."""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from typing import Any, Callable, Final, Sequence

from tuanthu_agent.errors import IdentityError, TuanthuError
from tuanthu_agent.export import export
from tuanthu_agent.host import Host
from tuanthu_agent.legacy import identity as identities
from tuanthu_agent.legacy.enrolling import enrol, load_pair
from tuanthu_agent.legacy.protection import protect
from tuanthu_agent.legacy.reporting import VERSION
from tuanthu_agent.legacy.running import open_spool, run_for_ever, run_once, tell_delivery
from tuanthu_agent.legacy.settings import LegacyConfig, load_config
from tuanthu_agent.stating import describe

EXIT_FAILED: Final = 3


def main(arguments: Sequence[str]) -> int:
    """Run a command; 0, 2 for a wrong call, or 3 with a reason for people."""
    for stream in (sys.stdout, sys.stderr):
        # A console of an old Windows knows few letters; none may end the program.
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8" if not stream.isatty() else None, errors="replace")
    options = _parser().parse_args(arguments)
    try:
        config = load_config()
        result: int = options.command(config, options)
    except TuanthuError as error:
        print(error.vi, error.en, sep="\n", file=sys.stderr)
        return EXIT_FAILED
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("tuanthu-legacy", description="Tuanthu cho máy cũ / for old machines")
    commands = parser.add_subparsers(metavar="LỆNH", required=True, dest="name")
    enrolling = commands.add_parser("enrol", help="ghi danh máy này / enrol this machine")
    enrolling.add_argument("--server", required=True, help="https://tên-máy:cổng")
    enrolling.add_argument("--token", required=True, help="mã ghi danh / enrolment token")
    enrolling.add_argument("--ca-fingerprint", default="", help="dấu vân tay SHA-256 của CA / of the CA")
    enrolling.add_argument("--role", choices=("workstation", "server"), default="workstation")
    enrolling.add_argument("--owner", default="", help="người phụ trách / owner")
    enrolling.add_argument("--location", default="", help="nơi đặt máy / location")
    enrolling.add_argument("--again", action="store_true", help="ghi danh lại với khoá mới / with a new key")
    enrolling.set_defaults(command=_enrol)
    running = commands.add_parser("run", help="thu thập và gửi / collect and deliver")
    running.add_argument("--once", action="store_true", help="một lần / once")
    running.add_argument("--jitter", action="store_true", help="chờ ngẫu nhiên trước / wait at random first")
    running.set_defaults(command=_run)
    commands.add_parser("status", help="tình trạng / state").set_defaults(command=_status)
    exporting = commands.add_parser("export", help="xuất báo cáo chờ ra tệp / write waiting reports to a file")
    exporting.add_argument("file", metavar="TỆP", type=Path)
    exporting.set_defaults(command=_export)
    commands.add_parser("version", help="phiên bản / version").set_defaults(command=_version)
    return parser


def _say(config: LegacyConfig) -> Callable[[str, str], None]:
    return lambda vi, en: print(vi if config.language == "vi" else en, flush=True)


def _enrol(config: LegacyConfig, options: Any) -> int:
    say = _say(config)
    protect(config.data_dir)
    if (config.data_dir / identities.FILE_NAME).exists() and not options.again:
        raise IdentityError(
            "Máy này đã ghi danh; muốn ghi danh lại, thêm --again",
            "This machine is enrolled already; to redo, add --again",
        )
    machine = describe(Host(), config.hostname, options.role, options.owner, options.location)
    identity = enrol(config, options.server, options.token, options.ca_fingerprint, machine)
    say(
        f"Đã ghi danh cho {identity.unit_name} ({identity.unit_code}), mã máy {identity.agent}",
        f"Enrolled for {identity.unit_name} ({identity.unit_code}), agent {identity.agent}",
    )
    return 0


def _run(config: LegacyConfig, options: Any) -> int:
    say = _say(config)
    load_pair(config.data_dir)
    if not options.once:
        try:
            run_for_ever(config, say)
        except KeyboardInterrupt:
            return 0
    if options.jitter:
        # Machines that are all woken at the full hour shall not all report in the same second.
        time.sleep(random.uniform(0, config.jitter_seconds))  # noqa: S311
    number, done = run_once(config)
    say(f"Đã lập báo cáo số {number}", f"Report {number} made")
    tell_delivery(done, say)
    return 0 if done.error is None else EXIT_FAILED


def _status(config: LegacyConfig, options: Any) -> int:  # noqa: ARG001
    say = _say(config)
    identity, _ = load_pair(config.data_dir)
    say(f"Đơn vị: {identity.unit_name} ({identity.unit_code})", f"Unit: {identity.unit_name} ({identity.unit_code})")
    say(f"Máy chủ: {identity.server}", f"Collector: {identity.server}")
    spool = open_spool(config)
    try:
        collected, delivered = spool.get("last:collect") or "-", spool.get("last:deliver") or "-"
        say(f"Thu thập lần cuối (UTC): {collected}", f"Last collected (UTC): {collected}")
        say(f"Gửi lần cuối (UTC): {delivered}", f"Last delivered (UTC): {delivered}")
        waiting = spool.size().reports
        say(f"Báo cáo đang chờ: {waiting}", f"Reports waiting: {waiting}")
        if spool.get("retry:error"):
            say(f"Lỗi gửi: {spool.get('retry:error')}", f"Delivery fails: {spool.get('retry:error')}")
        for one in spool.refused():
            say(f"Bị từ chối: số {one.sequence}, {one.code}", f"Refused: number {one.sequence}, {one.code}")
        for note in spool.notes():
            say(note.vi, note.en)
    finally:
        spool.close()
    return 0


def _export(config: LegacyConfig, options: Any) -> int:
    spool = open_spool(config)
    try:
        count = export(spool, options.file)
    finally:
        spool.close()
    _say(config)(f"Đã xuất {count} báo cáo ra {options.file}", f"{count} reports written to {options.file}")
    return 0


def _version(config: LegacyConfig, options: Any) -> int:  # noqa: ARG001
    print(f"tuanthu-legacy {VERSION} (Python {sys.version.split()[0]})")
    return 0
