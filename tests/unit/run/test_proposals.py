import math

import pytest
import yaml

from temdenoise.run import proposals

USES = [0.1, 3, 77, 229, 231, 300, 767, 1000, 12345.6]


def cost(**known):
    nothing = dict.fromkeys(
        ("mem_mb", "memory_mb", "runtime_min", "longest_s", "threads", "busy_threads"), math.nan
    )
    return {"failed": "", **nothing, **known}


def memory_next(asked, used):
    """Return what a rule asks for once the proposal is taken."""
    proposed = proposals.propose(cost(mem_mb=asked, memory_mb=used))
    return proposed.get("mem_mb", asked)


def runtime_next(asked, used):
    proposed = proposals.propose(cost(runtime_min=asked, longest_s=60 * used))
    return proposed.get("runtime", asked)


@pytest.mark.parametrize("after", [memory_next, runtime_next])
@pytest.mark.parametrize("asked", [1, 5, 60, 300, 1000, 10000])
def test_what_is_asked_for_next_covers_the_use_and_grows_with_it(after, asked):
    wanted = [after(asked, used) for used in USES]
    assert all(ask >= 1.2 * used for ask, used in zip(wanted, USES, strict=True))
    assert wanted == sorted(wanted)


@pytest.mark.parametrize("after", [memory_next, runtime_next])
@pytest.mark.parametrize("used", USES)
def test_a_proposal_that_was_taken_fits(after, used):
    for asked in (0.01, 10**6):
        once = after(asked, used)
        assert once != asked
        assert after(once, used) == once


@pytest.mark.parametrize(("asked", "fits"), [(1190, False), (1210, True), (2990, True), (3010, 0)])
def test_a_request_near_the_use_is_left_alone(asked, fits):
    wanted = proposals.propose(cost(mem_mb=asked, memory_mb=1000))
    assert wanted == ({} if fits else {"mem_mb": 1300})


def test_what_a_small_job_saves_is_not_worth_a_line():
    assert proposals.propose(cost(mem_mb=600, memory_mb=200, runtime_min=10, longest_s=1)) == {}
    assert proposals.memory(1) == 300
    assert proposals.runtime(0) == 5


def test_what_is_not_known_is_not_proposed():
    assert proposals.propose(cost()) == {}
    assert proposals.propose(cost(mem_mb=9999, runtime_min=999, threads=9)) == {}
    assert proposals.propose(cost(memory_mb=9, longest_s=9, busy_threads=1)) == {}
    assert proposals.propose(cost(failed="1 OUT_OF_MEMORY")) == {}


def test_an_attempt_that_was_killed_asks_for_more_though_the_request_fits():
    known = cost(mem_mb=2000, memory_mb=1000, runtime_min=60, longest_s=1800)
    assert proposals.propose({**known, "failed": "2 NODE_FAIL"}) == {}
    assert proposals.propose({**known, "failed": "2 OUT_OF_MEMORY"}) == {"mem_mb": 1300}
    assert proposals.propose({**known, "failed": "1 FAILED, 2 TIMEOUT"}) == {"runtime": 45}


@pytest.mark.parametrize(
    ("threads", "busy", "wanted"),
    [(1, 0.1, None), (2, 0.9, None), (4, 2.1, None), (4, 1.5, 2), (4, 0.5, 1), (16, 6.0, 8)],
)
def test_fewer_threads_are_proposed_where_half_of_them_idle(threads, busy, wanted):
    proposed = proposals.propose(cost(threads=threads, busy_threads=busy))
    assert proposed == ({} if wanted is None else {"threads": wanted})


def test_the_profile_is_the_proposals_line_by_line():
    wanted = {"a": {"mem_mb": 700, "threads": 2}, "b": {"threads": 1}, "c": {}, "d": {"runtime": 5}}
    assert yaml.safe_load(proposals.to_profile(wanted)) == {
        "set-resources": ["a:mem_mb=700 * attempt", "d:runtime=5 * attempt"],
        "set-threads": ["a=2", "b=1"],
    }


def test_without_proposals_there_is_no_profile():
    assert proposals.to_profile({"a": {}}) == ""
