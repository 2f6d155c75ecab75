"""`tuanthu-server policies`."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from rich.console import Console

    from tuanthu_policy.outcome import Outcome
    from tuanthu_policy.policy import Policy
    from tuanthu_server.compliance.trial import Change, Shift, Trial


def register(app: App) -> None:
    """Add the commands."""
    group = App(name="policies", help="Chính sách đánh giá (policies).")
    group.command(publish)
    group.command(show, name="list")
    group.command(attempt, name="try")
    app.command(group)


def publish(folder: Path | None = None, *, since: str | None = None, note: str = "") -> None:
    """Ban hành chính sách và đánh giá lại mọi máy (publish a policy and judge every machine again).

    Parameters
    ----------
    folder
        Thư mục chính sách (policy folder); mặc định: chính sách đi kèm (the one shipped).
    since
        Có hiệu lực từ (in force from): ngày YYYY-MM-DD (đầu ngày, giờ Việt Nam) hoặc thời điểm ISO 8601, trong quá khứ
        hoặc tương lai (a day or a moment, past or to come); mặc định: bây giờ (now).
    note
        Ghi chú (note).
    """
    from tuanthu_server.cli.moments import read_beginning
    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    moment = None if since is None else read_beginning(since, "--since")
    setup()
    from tuanthu_policy.errors import PolicyError
    from tuanthu_policy.loader import load_policy
    from tuanthu_server.compliance import bundles, policies
    from tuanthu_server.compliance.sweep import sweep
    from tuanthu_server.errors import InputError

    try:
        policy = load_policy(folder)
        bundles.publish_tables(folder)  # read whole before anything is in force
    except PolicyError as error:
        raise InputError(error.vi, error.en) from None
    version = policies.publish(policy, moment, note)
    bundle = bundles.refresh()
    judged = sweep()
    print(f"Chính sách {version.digest} có hiệu lực từ {shown(version.in_force_from)}; đã đánh giá lại {judged} máy.")
    if bundle is None or bundle.policy_digest != policies.in_force(datetime.now(UTC)).digest:
        print(f"CHƯA ký được gói mới cho tác tử: thiếu khóa {bundles.key_path()}. (No new bundle: its key is missing.)")
    else:
        print(f"Gói cho tác tử: phiên bản {bundle.version} (agents pull bundle {bundle.version}).")


def show() -> None:
    """Liệt kê các chính sách đã ban hành (list published policies)."""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.compliance.models import PolicyVersion

    table = Table("Hiệu lực từ", "Ban hành lúc", "Mã băm", "Ghi chú")
    for version in PolicyVersion.objects.order_by("-in_force_from"):
        table.add_row(shown(version.in_force_from), shown(version.published_at), version.digest, version.note)
    Console().print(table)


def attempt(folder: Path, *, out: Path | None = None) -> None:
    """Thử một chính sách trên mọi số liệu đang có, không ban hành. (What would change; nothing is published.)

    Parameters
    ----------
    folder
        Thư mục chính sách cần thử (the policy folder).
    out
        Ghi mọi thay đổi, từng máy, ra tệp CSV này (every change, asset by asset, as CSV).
    """
    from rich.progress import Progress

    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_policy.errors import PolicyError
    from tuanthu_policy.loader import load_policy
    from tuanthu_server.compliance.trial import try_policy
    from tuanthu_server.errors import InputError

    try:
        policy = load_policy(folder)
    except PolicyError as error:
        raise InputError(error.vi, error.en) from None
    changes = ChangesFile(out)
    try:
        with Progress(console=error_console(), transient=True) as bar:
            task = bar.add_task("Đang thử (trying) …")
            trial = try_policy(
                policy, tell=changes.add, progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
    finally:
        changes.close()
    print_trial(trial, policy)
    if out is not None:
        print(f"Đã ghi mọi thay đổi vào {out}. (Every change is in {out}.)")


class ChangesFile:
    """A CSV of every change, written as it is found; nothing where no file is wanted."""

    def __init__(self, path: Path | None) -> None:
        from tuanthu_server.errors import InputError

        try:
            self._file = None if path is None else path.open("w", encoding="utf-8-sig", newline="")
        except OSError as error:
            raise InputError(
                f"--out {path}: không ghi được: {error.strerror}", f"--out {path}: cannot be written: {error.strerror}"
            ) from None
        self._rows = None if self._file is None else csv.writer(self._file)
        self._write("asset", "name", "unit", "code", "from", "to")

    def add(self, change: "Change") -> None:
        """One change."""
        before, after = (one.code if one is not None else "" for one in (change.before, change.after))
        self._write(change.asset_id, change.name, change.unit_id, change.code, before, after)

    def close(self) -> None:
        """The end of the file."""
        if self._file is not None:
            self._file.close()

    def _write(self, *cells: object) -> None:
        if self._rows is not None:
            # A name that a spreadsheet would take for a formula is text.
            self._rows.writerow([f"'{cell}" if str(cell)[:1] in "=+-@\t" and str(cell) else cell for cell in cells])


def error_console() -> "Console":
    """Where progress is shown: apart from the answer."""
    from rich.console import Console

    return Console(stderr=True)


def print_trial(trial: "Trial", policy: "Policy") -> None:
    """Counts by rule and by control."""
    from rich.console import Console
    from rich.table import Table

    table = Table("Quy tắc, yêu cầu", "Từ", "Thành", "Số máy, thiết bị")
    for code, shifts in [*trial.rules.items(), *trial.controls.items()]:
        title = policy.rules[code].title.vi + "\n" if code in policy.rules else ""
        for shift in shifts:
            table.add_row(f"{title}[dim]{code}[/]", *shift_words(shift))
            title = ""
    console = Console(highlight=False)
    console.print(
        f"Đã thử trên {trial.assets} máy và thiết bị: {trial.changed} có kết quả thay đổi. "
        f"Chính sách hiện hành {trial.present[:12]}, thử {trial.tried[:12]}; chưa ban hành gì."
    )
    if trial.rules or trial.controls:
        console.print(table)


def shift_words(shift: "Shift") -> tuple[str, str, str]:
    """From, to and how many."""
    return outcome_word(shift.before), outcome_word(shift.after), str(shift.assets)


def outcome_word(outcome: "Outcome | None") -> str:
    """An outcome as people read it; a dash where nothing was or would be asked."""
    from tuanthu_policy.labels import outcome_label

    return "–" if outcome is None else outcome_label(outcome)
