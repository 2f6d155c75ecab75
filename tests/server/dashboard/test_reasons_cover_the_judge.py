import re
from pathlib import Path

import tuanthu_policy
from tuanthu_policy.operators import OPERATORS
from tuanthu_server.dashboard.reasons import REASONS


def test_every_reason_that_an_operator_can_give_has_words():
    codes = {code for operator in OPERATORS.values() for code in (operator.fails, operator.doubt)}

    assert codes <= REASONS.keys()


def test_every_reason_written_in_the_judge_has_words():
    folder = Path(tuanthu_policy.__file__).parent
    source = "".join((folder / name).read_text("utf-8") for name in ("evaluate.py", "verdicts.py"))
    codes = set(re.findall(r'f"([a-z][a-z-]+): \{', source))

    assert {"missing", "stale", "never-observed"} <= codes
    assert codes <= REASONS.keys()
