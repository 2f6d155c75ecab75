"""What the resident decides, with an operating system and clocks that are made up: the same on Linux and on Windows."""

from itertools import pairwise

import pytest

from tuanthu_agent import service
from tuanthu_agent.residing.interface import Machine, Stopped

START = 1_795_000_000.0
HOUR = 3600.0
JOBS, LOOK = "jobs", "look"


class FakeMachine(Machine):
    """Time passes only while something is waited for; children do what a script says. It is stopped at `until`."""

    def __init__(self, folder, until, jobs=None, looks=None):
        self.folder = folder
        self.clock = 0.0
        self.offset = START
        self.until = until
        self.naps, self.runs, self.ended = [], [], []
        self.doing = {JOBS: jobs or self.good(HOUR), LOOK: looks or (lambda: (0.1, 0))}
        self.at_work = None

    def good(self, every):
        """Jobs that take two seconds and leave word of the next run."""

        def run():
            (self.folder / "next-due").write_text(f"{self.wall() + every}\n")
            return 2.0, 0

        return run

    def wall(self):
        return self.offset + self.clock

    def steady(self):
        return self.clock

    def pass_by(self, seconds):
        if self.clock + seconds >= self.until:
            self.clock = self.until
            raise Stopped
        self.clock += seconds

    def pause(self, seconds):
        assert seconds > 0
        self.naps.append(seconds)
        self.pass_by(seconds)

    def start(self, command, *, heeds=False):
        self.at_work = LOOK if command[:3] == service.WATCH else JOBS
        self.runs.append((self.at_work, self.clock))
        done = self.doing[self.at_work]()
        if isinstance(done, OSError):
            raise done
        self.left = done
        return 4711

    def wait(self, child, seconds):
        assert child == 4711
        took, code = self.left
        self.pass_by(min(took, seconds))
        return code if took <= seconds else None

    def end(self, child):
        self.ended.append(("end", self.clock))

    def kill(self, child):
        self.ended.append(("kill", self.clock))

    def of(self, kind):
        return [at for one, at in self.runs if one == kind]


def serve(machine, seconds=600.0, watch=0.0):
    with pytest.raises(Stopped):
        service.serve(machine, str(machine.folder), seconds, watch)
    return machine


def test_without_word_of_the_next_job_it_begins_at_once_and_then_keeps_to_the_word(tmp_path):
    machine = serve(FakeMachine(tmp_path, 2.5 * HOUR))
    assert machine.of(JOBS) == pytest.approx([0, HOUR, 2 * HOUR], abs=10)


def test_it_looks_at_the_clock_at_least_once_a_minute(tmp_path):
    machine = serve(FakeMachine(tmp_path, 2.5 * HOUR))
    assert max(machine.naps) == service.NAP_SECONDS
    assert len(machine.naps) < 160


def test_a_run_that_was_slept_through_is_made_up_within_a_minute_of_waking(tmp_path):
    machine = FakeMachine(tmp_path, HOUR)

    def sleeps(seconds):
        machine.pass_by(seconds)
        machine.offset += 12 * HOUR if machine.clock < 200 <= machine.clock + 60 else 0

    machine.pause = sleeps
    assert serve(machine).of(JOBS)[:2] == pytest.approx([0, 200], abs=70)


def test_a_child_that_fails_is_tried_again_after_longer_and_longer_pauses(tmp_path):
    machine = serve(FakeMachine(tmp_path, 2000.0, jobs=lambda: (1.0, 3)))
    starts = machine.of(JOBS)
    assert [round(b - a) for a, b in pairwise(starts)] == [61, 121, 241, 481, 901]


def test_a_child_that_cannot_be_started_is_tried_again(tmp_path, capsys):
    machine = serve(FakeMachine(tmp_path, 200.0, jobs=lambda: OSError(11, "Resource temporarily unavailable")))
    assert len(machine.of(JOBS)) == 3
    assert "temporarily unavailable" in capsys.readouterr().err


def test_a_child_that_hangs_is_killed_at_its_deadline_and_counts_as_failed(tmp_path, capsys):
    machine = serve(FakeMachine(tmp_path, 200.0, jobs=lambda: (1e9, 0)), seconds=30)
    assert machine.ended[0] == ("kill", 30)
    assert machine.of(JOBS)[:2] == [0, 90]
    assert "buộc dừng" in capsys.readouterr().err


def test_a_success_after_failures_ends_the_pauses(tmp_path):
    codes = iter([3, 3, 0])
    machine = FakeMachine(tmp_path, 1.5 * HOUR)
    good = machine.good(600.0)
    machine.doing[JOBS] = lambda: (1.0, 3) if next(codes, 0) else good()
    assert machine.of(JOBS) == []
    starts = serve(machine).of(JOBS)
    assert [round(b - a) for a, b in pairwise(starts[:4])] == [61, 121, 600]


def test_asked_to_stop_it_ends_the_child_at_work(tmp_path):
    machine = serve(FakeMachine(tmp_path, 5.0, jobs=lambda: (60.0, 0)))
    assert machine.ended == [("end", 5.0)]


def test_word_that_is_due_at_once_again_and_again_does_not_make_it_spin(tmp_path):
    machine = FakeMachine(tmp_path, 100.0)
    machine.doing[JOBS] = machine.good(0.0)
    assert len(serve(machine).of(JOBS)) <= 100 / service.SHORTEST_WAIT_SECONDS


def test_it_looks_at_the_line_between_jobs(tmp_path):
    machine = serve(FakeMachine(tmp_path, HOUR), watch=300)
    looks = machine.of(LOOK)
    assert looks[0] == 0
    assert [round(b - a) for a, b in pairwise(looks)] == pytest.approx([300] * 11, abs=3)
    assert machine.of(JOBS) == pytest.approx([0.1])


def test_a_look_that_fails_costs_the_jobs_no_pause(tmp_path):
    machine = serve(FakeMachine(tmp_path, 2.5 * HOUR, looks=lambda: (1.0, 3)), watch=300)
    assert len(machine.of(JOBS)) == 3


def test_without_seconds_it_never_looks(tmp_path):
    assert serve(FakeMachine(tmp_path, HOUR)).of(LOOK) == []


def test_a_wall_clock_that_is_set_does_not_delay_a_look(tmp_path):
    """Only the steady clock counts for looks."""
    machine = FakeMachine(tmp_path, 1e6)
    machine.clock = 10.0
    service.wait_until(machine, machine.wall() + 2 * HOUR, 120.0)
    assert machine.naps == [pytest.approx(60.0), pytest.approx(50.0)]


@pytest.mark.parametrize("back", [30 * 24 * HOUR, 9 * 24 * HOUR])
def test_a_clock_set_far_back_does_not_silence_it(tmp_path, back):
    machine = FakeMachine(tmp_path, 2 * HOUR)

    def sets(seconds):
        machine.pass_by(seconds)
        if machine.offset == START:
            machine.offset -= back

    machine.pause = sets
    assert machine.of(JOBS) == []
    assert len(serve(machine).of(JOBS)) >= 2


def test_after_failures_it_waits_longer_and_longer_but_not_for_ever():
    waits = [service.after_failure(count) for count in range(1, 20)]
    assert waits[:4] == [60, 120, 240, 480]
    assert max(waits) == waits[-1] == 900


@pytest.mark.parametrize("text", ["", "mai", "nan", "inf", "-5", "99999999999999"])
def test_a_senseless_moment_means_now(tmp_path, text):
    path = tmp_path / "next-due"
    path.write_text(text, encoding="utf-8")
    assert service.read_due(str(path), START) == 0.0


def test_without_a_moment_it_is_now(tmp_path):
    assert service.read_due(str(tmp_path / "missing"), START) == 0.0
