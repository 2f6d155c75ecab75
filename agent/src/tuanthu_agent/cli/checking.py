"""`tuanthu-agent check`: an instant local verdict, for the officer at the machine."""

from datetime import UTC, datetime
from typing import Annotated, Final

import cyclopts
import msgspec
from cyclopts import Parameter

from tuanthu_agent.cli.console import collecting, errors, output
from tuanthu_agent.cli.verdicts import closing, verdicts
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.config import load_config
from tuanthu_agent.observing import observe_configured
from tuanthu_agent.published.choosing import choose
from tuanthu_policy.observation import Observation, Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.result import RuleResult

EXIT_PASS: Final = 0
EXIT_FAIL: Final = 1
EXIT_UNKNOWN: Final = 2
WIDEST: Final = 100
"""Columns; longer lines are hard to read."""
_UNSETTLED: Final = frozenset({Outcome.UNKNOWN, Outcome.STALE, Outcome.NOTCHECKED, Outcome.ERROR})


def register(app: cyclopts.App) -> None:
    """Add the command."""
    app.command(check, name="check")


def check(
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    everything: Annotated[bool, Parameter(name="--all", negative="")] = False,
) -> int:
    """Kiểm tra máy này và kết luận tại chỗ, không gửi đi. Mã thoát: 0 đạt, 1 không đạt, 2 chưa rõ, 3 lỗi.

    Parameters
    ----------
    as_json
        In kết quả dạng JSON
    everything
        Nêu tên từng mục đạt và không áp dụng
    """
    config = load_config()
    chosen = choose(config)
    if chosen.refused is not None:
        errors.print(f"{chosen.refused.vi} Dùng chính sách đi kèm.", style="red", markup=False, soft_wrap=True)
    policy = chosen.policy()
    with collecting() as done:
        observations = observe_configured(REGISTRY, config, done)
    at = datetime.now(UTC)
    results = policy.judge({seen.kind: Sighting(seen, at) for seen in observations}, at)
    if as_json:
        output.out(render_json(policy, observations, results, at), highlight=False)
    else:
        show(policy, results, config.language, everything=everything)
    return exit_code([result.outcome for result in results])


def exit_code(outcomes: list[Outcome]) -> int:
    """1 if anything failed, else 2 if anything is not settled or nothing was judged, else 0."""
    if Outcome.FAIL in outcomes:
        return EXIT_FAIL
    if Outcome.PASS not in outcomes or _UNSETTLED.intersection(outcomes):
        return EXIT_UNKNOWN
    return EXIT_PASS


def render_json(policy: Policy, observations: list[Observation], results: list[RuleResult], at: datetime) -> str:
    """Everything that was seen and concluded; outcomes as words."""
    document = {
        "at": at,
        "policy": policy.digest,
        "results": [msgspec.to_builtins(result) | {"outcome": result.outcome.code} for result in results],
        "observations": observations,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def show(policy: Policy, results: list[RuleResult], language: str, *, everything: bool = False) -> None:
    """The verdicts, and a sentence at the end."""
    width = min(output.width, WIDEST)
    output.print(verdicts(policy, results, language, everything=everything), width=width)
    for line in closing(results, language, everything=everything):
        output.print(line, width=width)
