"""`tuanthu-server policies`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from rich.console import Console

    from tuanthu_policy.outcome import Outcome
    from tuanthu_policy.policy import Policy
    from tuanthu_server.compliance.models import PolicyTrial
    from tuanthu_server.compliance.trial import Shift


def register(app: App) -> None:
    """Add the commands."""
    group = App(name="policies", help="Chính sách đánh giá (policies).")
    group.command(publish)
    group.command(show, name="list")
    group.command(attempt, name="try")
    group.command(discard)
    app.command(group)


def publish(folder: Path | None = None, *, draft: int | None = None, since: str | None = None, note: str = "") -> None:
    """Ban hành chính sách và đánh giá lại mọi máy (publish a policy and judge every machine again).

    Parameters
    ----------
    folder
        Thư mục chính sách (policy folder); mặc định: chính sách đi kèm (the one shipped).
    draft
        Ban hành đúng dự thảo đã thử mang số này (publish this draft exactly as it was tried); cần --note, lý do
        (--note, the reason, is needed).
    since
        Có hiệu lực từ (in force from): ngày YYYY-MM-DD (đầu ngày, giờ Việt Nam) hoặc thời điểm ISO 8601, trong quá khứ
        hoặc tương lai (a day or a moment, past or to come); mặc định: bây giờ (now).
    note
        Ghi chú (note).
    """
    from tuanthu_server.cli.acting import me
    from tuanthu_server.cli.moments import read_beginning
    from tuanthu_server.django_setup import setup
    from tuanthu_server.errors import InputError
    from tuanthu_server.local_time import shown

    if draft is not None and (folder is not None or since is not None):
        raise InputError("--draft không đi cùng thư mục hoặc --since", "--draft goes with neither a folder nor --since")
    moment = None if since is None else read_beginning(since, "--since")
    setup()
    from tuanthu_server.compliance import bundles, drafts, policies
    from tuanthu_server.compliance.sweep import sweep

    if draft is None:
        version = drafts.put_in_force(*drafts.read_folder(folder), moment, note)
    else:
        version = drafts.publish(draft, drafts.digest_of(draft), note, me(""))
    bundle = bundles.refresh()
    judged = sweep()
    print(f"Chính sách {version.digest} có hiệu lực từ {shown(version.in_force_from)}; đã đánh giá lại {judged} máy.")
    if bundle is None or bundle.policy_digest != policies.in_force(datetime.now(UTC)).digest:
        print(f"CHƯA ký được gói mới cho tác tử: thiếu khóa {bundles.key_path()}. (No new bundle: its key is missing.)")
    else:
        print(f"Gói cho tác tử: phiên bản {bundle.version} (agents pull bundle {bundle.version}).")


def show() -> None:
    """Liệt kê các chính sách đã ban hành và các dự thảo (list published policies, and drafts)."""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.compliance.models import PolicyDraft, PolicyVersion

    table = Table("Hiệu lực từ", "Ban hành lúc", "Mã băm", "Ghi chú")
    for version in PolicyVersion.objects.order_by("-in_force_from"):
        table.add_row(shown(version.in_force_from), shown(version.published_at), version.digest, version.note)
    console = Console()
    console.print(table)
    waiting = PolicyDraft.objects.filter(published_at=None).select_related("trial").order_by("-pk")
    if waiting:
        table = Table("Dự thảo số", "Đưa vào lúc", "Mã băm", "Từ", "Lần thử")
        for one in waiting:
            table.add_row(str(one.pk), shown(one.added_at), one.digest, one.source, one.trial.get_state_display())
        console.print(table)


def attempt(folder: Path, *, out: Path | None = None, keep: bool = False) -> None:
    """Thử một chính sách trên mọi số liệu đang có, không ban hành. (What would change; nothing is published.)

    Parameters
    ----------
    folder
        Thư mục chính sách cần thử (the policy folder).
    out
        Ghi mọi thay đổi, từng máy, ra tệp CSV này (every change, asset by asset, as CSV).
    keep
        Giữ làm dự thảo, xem và ban hành được trên trang hoặc bằng publish --draft (keep it as a draft).
    """
    from rich.progress import Progress

    from tuanthu_server.cli.acting import me
    from tuanthu_server.django_setup import setup
    from tuanthu_server.errors import InputError

    setup()
    from tuanthu_server.compliance import drafts, trial_runs
    from tuanthu_server.compliance.models import TrialState

    began = datetime.now(UTC)
    draft = drafts.take_folder(folder, str(folder), me(""))
    try:
        with Progress(console=error_console(), transient=True) as bar:
            task = bar.add_task("Đang thử (trying) …")
            trial = trial_runs.run_now(
                draft.pk, lambda done, total: bar.update(task, completed=done, total=max(done, total))
            )
        if trial.state == TrialState.FAILED:
            raise InputError(trial.failure_vi, trial.failure_en)
        print_trial(trial, trial_runs.policy_of(draft))
        if out is not None:
            write_changes(trial, out)
    finally:
        if not keep and draft.added_at >= began:
            drafts.discard(draft.pk)
    if keep:
        print(f"Giữ làm dự thảo số {draft.pk}. (Kept as draft {draft.pk}.)")


def discard(number: int) -> None:
    """Bỏ một dự thảo (discard a draft).

    Parameters
    ----------
    number
        Số của dự thảo (its number).
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.compliance import drafts

    drafts.discard(number)
    print(f"Đã bỏ dự thảo số {number}. (Discarded.)")


def write_changes(trial: "PolicyTrial", out: Path) -> None:
    """Every change as CSV, written as it is read."""
    from tuanthu_server.compliance.trial_runs import named_rows
    from tuanthu_server.csv_files import write_csv
    from tuanthu_server.errors import InputError

    rows = (
        (row.asset, name, row.unit, code, *("" if one is None else one.code for one in (row.before, row.after)))
        for code, row, name in named_rows(trial)
    )
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            write_csv(file, ("asset", "name", "unit", "code", "from", "to"), rows)
    except OSError as error:
        raise InputError(
            f"--out {out}: không ghi được: {error.strerror}", f"--out {out}: cannot be written: {error.strerror}"
        ) from None
    print(f"Đã ghi mọi thay đổi vào {out}. (Every change is in {out}.)")


def error_console() -> "Console":
    """Where progress is shown: apart from the answer."""
    from rich.console import Console

    return Console(stderr=True)


def print_trial(trial: "PolicyTrial", policy: "Policy") -> None:
    """Counts by rule and by control."""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.compliance.trial import sort_of
    from tuanthu_server.compliance.trial_runs import tally_of

    tally = tally_of(trial)
    table = Table("Quy tắc, yêu cầu", "Từ", "Thành", "Số máy, thiết bị")
    shifts = sorted((sort_of(code) == "control", code, found) for code, found in tally.shifts.items())
    for _, code, found in shifts:
        if sort_of(code) == "measure":
            continue
        title = policy.rules[code].title.vi + "\n" if code in policy.rules else ""
        for shift in found:
            table.add_row(f"{title}[dim]{code}[/]", *shift_words(shift))
            title = ""
    console = Console(highlight=False)
    console.print(
        f"Đã thử trên {tally.whole.assets} máy và thiết bị: {tally.whole.changed} có kết quả thay đổi, trong đó "
        f"{tally.whole.worse} có thêm quy tắc không đạt, {tally.whole.better} bớt quy tắc không đạt. "
        f"Chính sách hiện hành {trial.present_digest[:12]}, thử {policy.digest[:12]}; chưa ban hành gì."
    )
    if tally.shifts:
        console.print(table)


def shift_words(shift: "Shift") -> tuple[str, str, str]:
    """From, to and how many."""
    return outcome_word(shift.before), outcome_word(shift.after), str(shift.assets)


def outcome_word(outcome: "Outcome | None") -> str:
    """An outcome as people read it; a dash where nothing was or would be asked."""
    from tuanthu_policy.labels import outcome_label

    return "–" if outcome is None else outcome_label(outcome)
