"""How often one agent may transfer."""

from uuid import UUID

from tuanthu_server.ingest.transfer import DAY_SECONDS, Allowance

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def test_an_agent_has_so_many_a_day_and_others_have_their_own():
    allowance = Allowance(most_a_day=2)
    assert [allowance.take(ONE, 0.0), allowance.take(ONE, 10.0), allowance.take(ONE, 20.0)] == [True, True, False]
    assert allowance.take(TWO, 20.0)
    assert not allowance.take(ONE, DAY_SECONDS - 1)
    assert allowance.take(ONE, DAY_SECONDS + 1)


def test_what_is_remembered_is_bounded():
    allowance = Allowance(most_a_day=1, most_agents=2)
    for number in range(1000):
        allowance.take(UUID(int=number), 0.0)
    assert len(allowance._days) == 2
