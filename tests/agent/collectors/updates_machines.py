"""What the tests of kind `updates` share: looking twice, and whether the facts fit the catalogue."""

from tests.agent.collectors.test_fact_catalogue import KINDS, check

from tuanthu_agent.collectors import updates
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.observing import known_releases

SETTINGS = Settings(lifecycle=known_releases())


def collected(host, settings=SETTINGS):
    result = updates.collect(host, settings)
    check(result.facts, KINDS["updates"].facts, "updates")
    assert updates.collect(host, settings) == result
    return result
