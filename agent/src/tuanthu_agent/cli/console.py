"""Where commands print: results to standard output, progress and errors to standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tuanthu_agent.collectors.interface import CollectorResult
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.collectors.running import Done

output = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


@contextmanager
def collecting() -> Iterator[Done]:
    """Show how far the collectors are; gives what `observe` is to call at each result."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("Đang kiểm tra máy", total=len(REGISTRY))

        def done(kind: str, _result: CollectorResult) -> None:
            progress.update(task, advance=1, description=f"Đã xem: {REGISTRY[kind].title_vi}")

        yield done
