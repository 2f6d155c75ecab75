"""`tuanthu-server report`: takes a numbered snapshot, or finds one again, and writes it in any format."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from tuanthu_server.cli.drafts import Drafts, check_place
from tuanthu_server.cli.moments import read_moment
from tuanthu_server.errors import InputError

if TYPE_CHECKING:
    from tuanthu_server.reports.snapshot.model import DepartmentReport

FORMATS = ("docx", "pdf", "xlsx", "json")


def register(app: App) -> None:
    """Add the command."""
    app.command(report)


def report(
    *,
    out: Path,
    department: bool = False,
    unit: str | None = None,
    snapshot: int | None = None,
    formats: Annotated[list[str] | None, Parameter(name=["--format", "-f"])] = None,
    as_of: str | None = None,
) -> None:
    """In báo cáo tổng hợp của ngành hoặc của một đơn vị. (Print the department's or one unit's report.)

    Parameters
    ----------
    out
        Tệp cần ghi, hoặc thư mục để ghi nhiều định dạng. (A file, or a folder for several formats.)
    department
        Toàn ngành. (The whole department; the default.)
    unit
        Mã đơn vị. (One unit's code.)
    snapshot
        In lại báo cáo mang số này trong sổ. (Print the report with that number of the register again.)
    formats
        docx, pdf, xlsx hoặc json; dùng được nhiều lần. Không nêu: theo đuôi tệp, hoặc tất cả nếu --out là thư mục.
        (May be repeated. Left out: by the file's suffix, or all when --out is a folder.)
    as_of
        Ngày báo cáo, YYYY-MM-DD (hết ngày đó, giờ Việt Nam) hoặc thời điểm ISO 8601. (A day, to its end in Vietnam's
        time, or a moment.)
    """
    check_scope(department=department, unit=unit, snapshot=snapshot, as_of=as_of)
    targets = choose_targets(out, formats)
    for _, path in targets:
        check_place(path)
    moment = None if as_of is None else read_moment(as_of, datetime.now(UTC))
    from tuanthu_server.django_setup import setup

    setup()
    _produce(targets, scope=unit, as_of=moment, number=snapshot)


def check_scope(*, department: bool, unit: str | None, snapshot: int | None, as_of: str | None) -> None:
    """Raise InputError when the arguments ask for two different reports."""
    if department + (unit is not None) + (snapshot is not None) > 1:
        raise InputError(
            "Chỉ chọn một trong --department, --unit và --snapshot",
            "Choose one of --department, --unit and --snapshot only",
        )
    if snapshot is not None and as_of is not None:
        raise InputError(
            "Báo cáo đã lưu có thời điểm của nó: không dùng --as-of cùng --snapshot",
            "A stored report has a moment of its own: --as-of does not go with --snapshot",
        )


def choose_targets(out: Path, formats: Sequence[str] | None) -> list[tuple[str, Path]]:
    """Each format with the file to write: `out` itself, or its default name in the folder `out`."""
    asked = list(dict.fromkeys(name.lower().lstrip(".") for name in formats or ()))
    for name in asked:
        if name not in FORMATS:
            raise InputError(
                f"Không có định dạng “{name}”; dùng một trong: {', '.join(FORMATS)}",
                f"There is no format “{name}”; use one of {', '.join(FORMATS)}",
            )
    suffix = out.suffix.lower().lstrip(".")
    if _is_folder(out) or (suffix not in FORMATS and (len(asked) != 1 or not out.suffix)):
        return [(name, out / _filename(name)) for name in asked or FORMATS]
    if len(asked) > 1 or (asked and suffix in FORMATS and asked[0] != suffix):
        raise InputError(
            f"--out {out} là một tệp {suffix} nhưng --format là {', '.join(asked)}; hãy nêu một thư mục",
            f"--out {out} is one {suffix} file but --format is {', '.join(asked)}; name a folder",
        )
    return [(asked[0] if asked else suffix, out)]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long, for one: `check_place` tells
        return False


def _filename(name: str) -> str:
    return "summary.json" if name == "json" else f"bao-cao-tong-hop.{name}"


def _produce(
    targets: Sequence[tuple[str, Path]], *, scope: str | None, as_of: datetime | None, number: int | None
) -> None:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from tuanthu_server.reports.registry import EXPORTERS

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress, Drafts() as drafts:
        task = progress.add_task("Đang tổng hợp số liệu …", total=None)

        def prepare(report: "DepartmentReport") -> None:
            for name, path in targets:
                progress.update(task, description=f"Đang tạo {EXPORTERS[name].title} …")
                drafts.write(path, EXPORTERS[name].render(report).content)

        found = _find(scope, as_of, number, prepare)
        drafts.publish()
    console.print(f"Báo cáo số {found.number}: {found.totals.units} đơn vị, {found.totals.machines_enrolled} máy")
    for _, path in targets:
        print(path)


def _find(
    scope: str | None, as_of: datetime | None, number: int | None, prepare: Callable[["DepartmentReport"], None]
) -> "DepartmentReport":
    """A stored report or a new one; a new one takes its number only when all its files are on the disk."""
    from tuanthu_server.reports.snapshot import load_snapshot, take_snapshot
    from tuanthu_server.reports.snapshot.model import DEPARTMENT

    if number is None:
        return take_snapshot(scope or DEPARTMENT, as_of, prepare)
    stored = load_snapshot(number)
    prepare(stored)
    return stored
