"""The scanning child: `python -m tuanthu_agent.scanner SCOPE TRUST STATE [--discover-only]`; tells events on stdout."""

import sys
from pathlib import Path

import msgspec

from tuanthu_agent.config import load_config
from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.host import Host
from tuanthu_agent.priority import lower_priority
from tuanthu_agent.published.choosing import choose
from tuanthu_agent.scanner.clock import Clock
from tuanthu_agent.scanner.events import Ended, Event, Failed, Found, Gap, Stage
from tuanthu_agent.scanner.halt import heed_signals
from tuanthu_agent.scanner.outfit import outfit
from tuanthu_agent.scanner.scan import audit_hosts, find_hosts
from tuanthu_policy.errors import PolicyError


def tell(event: Event) -> None:
    """One line for the parent."""
    sys.stdout.buffer.write(msgspec.json.encode(event) + b"\n")
    sys.stdout.buffer.flush()


def run(scope: Path, trust: Path, state: Path, *, discover_only: bool, clock: Clock | None = None) -> None:
    """The whole scan; raises TuanthuError and PolicyError."""
    catalogue = choose(load_config()).devices()
    with outfit(
        scope, trust, state, Host(Path("/")), discover_only=discover_only, clock=clock, catalogue=catalogue
    ) as (means, plan):
        found = find_hosts(means, plan, lambda one: tell(Stage(one.stage, one.done, one.total, one.live)))
        for gap in found.gaps:
            tell(Gap(gap))
        total = len(found.hosts)
        tell(Stage("audit", 0, total, total))
        for number, audited in enumerate(audit_hosts(means, found.hosts), 1):
            tell(Found(list(audited.findings), audited.host.managed))
            if audited.gap is not None:
                tell(Gap(audited.gap))
            tell(Stage("audit", number, total, total))
        tell(Ended(found.whole))


def main(arguments: list[str]) -> int:
    """Exit code 0 also where the scan could not go on: then the last event says why."""
    heed_signals()
    lower_priority()
    paths = [Path(one) for one in arguments if not one.startswith("--")]
    try:
        run(paths[0], paths[1], paths[2], discover_only="--discover-only" in arguments)
    except (TuanthuError, PolicyError) as error:
        tell(Failed(error.vi, error.en))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
