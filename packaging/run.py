"""The main job on this machine: `make run`.

Drives the two programs only by their commands, as an officer would: a collector on SQLite over HTTPS on loopback, a
demonstration organisation, this machine's agent enrolled by a one-time token, a real audit, the judgement, and the
department's report.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
UNIT = "TD-SYT"
DEFAULT_PORT = 8443
POLICY_DAYS = 60
"""The trial's policy is in force since then, so that a past date can be asked for, too."""
START_SECONDS = 60
console = Console(stderr=True, highlight=False)


class StepError(Exception):
    """A command failed; carries what it printed."""


def main() -> int:
    """Run every step; returns the exit code."""
    options = parse_arguments()
    environment = make_environment(options.state)
    collector = None
    try:
        collector = start(options, environment)
        work(options, environment)
        if not options.once:
            stay_up(collector, environment)
    except StepError as error:
        console.print(f"[red]Không hoàn thành:[/] {error}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("\nĐang dừng …")
    finally:
        if collector is not None:
            stop(collector)
    return 0


def parse_arguments() -> argparse.Namespace:
    """The few options of a trial."""
    parser = argparse.ArgumentParser(
        description="Chạy thử Tuanthu trên máy này (run Tuanthu's main job on this machine)"
    )
    parser.add_argument("--once", action="store_true", help="dừng khi xong (stop when done)")
    parser.add_argument("--state", type=Path, default=ROOT / "var", help="nơi giữ trạng thái (state folder)")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="nơi ghi báo cáo (folder of the reports)")
    parser.add_argument("--machines", type=int, default=240, help="số máy mô phỏng (simulated machines)")
    return parser.parse_args()


def make_environment(state: Path) -> dict[str, str]:
    """Both programs get their own folder below `state`; the port is kept over runs."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = dict(os.environ)
    environment["TUANTHU_DATA_DIR"] = str(state / "collector")
    environment["TUANTHU_LISTEN_PORT"] = str(choose_port(state / "port"))
    environment["TUANTHU_AGENT_DATA_DIR"] = str(state / "agent")
    environment["TUANTHU_AGENT_LAN_PROBES"] = os.environ.get("PROBES", "passive")
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def choose_port(kept: Path) -> int:
    """The port of earlier runs, to which the agent is bound; else 8443 or, where that is taken, any free one."""
    if kept.exists():
        return int(kept.read_text(encoding="ascii"))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", DEFAULT_PORT))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept.write_text(str(port), encoding="ascii")
    return port


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show what is being done and how long it took."""
    began = time.monotonic()
    with console.status(title + " …"):
        yield
    console.print(f"[green]✓[/] {title} [dim]({time.monotonic() - began:.1f} s)[/]")


def command(program: str, *arguments: str, environment: Mapping[str, str], accepted: tuple[int, ...] = (0,)) -> str:
    """Run one command of ours and return what it printed; an exit code that is not accepted raises StepError."""
    done = subprocess.run(
        [BIN / program, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    if done.returncode not in accepted:
        shown = " ".join([program, *arguments])
        raise StepError(f"{shown}: mã thoát {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def start(options: argparse.Namespace, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Make and start the collector; returns its process once it answers."""
    with step("Khởi tạo máy chủ trung tâm (SQLite) và chính sách directive-14-2018"):
        password_file = options.state / "first-password"
        since = (datetime.now(UTC) - timedelta(days=POLICY_DAYS)).isoformat(timespec="seconds")
        init = ["init", "--password-file", str(password_file), "--policy-from", since]
        command("tuanthu-server", *init, environment=environment)
    with step("Tạo tổ chức trình diễn: 31 đơn vị, 185 trạm y tế"):
        printed = command("tuanthu-server", "demo", "--machines", str(options.machines), environment=environment)
        keep_people(options.state / "demo-people", printed)
    with step(f"Khởi động máy chủ tại {address(environment)}"):
        with (options.state / "collector.log").open("ab") as log:
            process = subprocess.Popen(
                [BIN / "tuanthu-server", "serve"], env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        wait_for(process, int(environment["TUANTHU_LISTEN_PORT"]), options.state / "collector.log")
    return process


def keep_people(path: Path, printed: str) -> None:
    """Keep the passwords of the demonstration's people, which are printed once, for the owner of the folder."""
    people = [line for line in printed.splitlines() if line.startswith("  trinhdien-")]
    if people:
        path.touch(mode=0o600)
        path.write_text("\n".join(people) + "\n", encoding="utf-8")


def wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Wait until the collector takes connections."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise StepError("máy chủ đã dừng: " + log.read_text(encoding="utf-8", errors="replace")[-2000:])
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    stop(process)
    raise StepError(f"máy chủ không trả lời sau {START_SECONDS} giây")


def work(options: argparse.Namespace, environment: dict[str, str]) -> None:
    """Enrol, audit, deliver, judge, report."""
    if not is_enrolled(environment):
        with step("Ghi danh máy này qua HTTPS bằng mã dùng một lần"):
            enrol(environment)
    with step("Kiểm tra máy này, ký và gửi báo cáo"):
        command("tuanthu-agent", "run", "--once", environment=environment)
    console.print()
    print(command("tuanthu-server", "evaluate", "--asset", hostname(environment), environment=environment), flush=True)
    with step("Lập báo cáo tổng hợp (DOCX, PDF, XLSX, JSON)"):
        options.out.mkdir(parents=True, exist_ok=True)
        command("tuanthu-server", "report", "--department", "--out", str(options.out), environment=environment)
    for path in sorted(options.out.iterdir()):
        console.print(f"  {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


def is_enrolled(environment: Mapping[str, str]) -> bool:
    """Whether an earlier run enrolled this machine."""
    return (Path(environment["TUANTHU_AGENT_DATA_DIR"]) / "identity.json").exists()


def hostname(environment: Mapping[str, str]) -> str:
    """The name under which the collector has this machine."""
    return environment.get("TUANTHU_AGENT_HOSTNAME") or socket.gethostname()


def enrol(environment: dict[str, str]) -> None:
    """Issue a one-time token and spend it."""
    printed = command("tuanthu-server", "token", "new", "--unit", UNIT, "--uses", "1", environment=environment)
    token, fingerprint = (find(pattern, printed) for pattern in (r"\bTT-[A-Z0-9-]+", r"\b[0-9a-f]{64}\b"))
    arguments = ["--server", address(environment), "--token", token, "--ca-fingerprint", fingerprint]
    command("tuanthu-agent", "enrol", *arguments, environment=environment)


def find(pattern: str, text: str) -> str:
    """The first match of a pattern in a command's output."""
    match = re.search(pattern, text)
    if match is None:
        raise StepError(f"không thấy {pattern} trong: {text}")
    return match.group(0)


def address(environment: Mapping[str, str]) -> str:
    """The collector's address."""
    return f"https://localhost:{environment['TUANTHU_LISTEN_PORT']}"


def stay_up(process: "subprocess.Popen[bytes]", environment: Mapping[str, str]) -> None:
    """Show where to look and wait for Ctrl-C."""
    state = Path(environment["TUANTHU_DATA_DIR"]).parent
    password = (state / "first-password").read_text(encoding="utf-8").strip()
    console.print(f"\nBảng điều khiển: [bold]{address(environment)}[/]")
    console.print(f"Tên đăng nhập:   [bold]admin[/]    Mật khẩu đầu tiên: [bold]{password}[/]")
    if (state / "demo-people").exists():
        console.print("Người dùng trình diễn, mỗi vai trò một người (people of the demonstration):")
        console.print((state / "demo-people").read_text(encoding="utf-8").rstrip(), markup=False)
    console.print("[dim]Lần đầu đăng nhập, vai trò cấp Sở cần một ứng dụng xác thực trên điện thoại.[/]")
    console.print("[dim]Trình duyệt sẽ cảnh báo vì chứng thư do máy chủ này tự cấp. Nhấn Ctrl-C để dừng.[/]")
    process.wait()


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End the collector that this run started."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
