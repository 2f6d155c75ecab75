"""Where commands print: results to standard output, progress and errors to standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from tuanthu_agent.collectors.interface import CollectorResult
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.collectors.running import Done
from tuanthu_agent.scanner.events import Stage

output = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def waiting_for(titles: list[str]) -> str:
    """`Đang xem: Mạng nội bộ và 3 mục khác`."""
    if not titles:
        return "Đang kết luận"
    return f"Đang xem: {titles[0]}" + (f" và {len(titles) - 1} mục khác" if len(titles) > 1 else "")


@contextmanager
def collecting() -> Iterator[Done]:
    """Show how far the collectors are; gives what `observe` is to call at each result."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)),
        BarColumn(bar_width=16),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as progress:
        waiting = {kind: collector.title_vi for kind, collector in REGISTRY.items()}
        task = progress.add_task(waiting_for(list(waiting.values())), total=len(waiting))

        def done(kind: str, _result: CollectorResult) -> None:
            waiting.pop(kind, None)
            progress.update(task, advance=1, description=waiting_for(list(waiting.values())))

        yield done


STAGES = {
    "sweep": "Tìm thiết bị",
    "doubt": "Hỏi lại thiết bị im lặng",
    "second-opinion": "Đối chiếu bằng nmap",
    "greetings": "Đọc lời chào của dịch vụ",
    "names": "Đọc tên thiết bị",
    "audit": "Kiểm tra thiết bị",
}
"""What a scan is doing, by the names of its stages."""


@contextmanager
def scanning() -> Iterator[Callable[[Stage], None]]:
    """Show how far a scan is; gives what is to be called at each stage."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)),
        BarColumn(bar_width=16),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("Đọc giấy phép", total=None)

        def show(stage: Stage) -> None:
            told = f"{STAGES.get(stage.name, stage.name)} ({stage.live} thiết bị)"
            progress.update(task, completed=stage.done, total=stage.total, description=told)

        yield show
