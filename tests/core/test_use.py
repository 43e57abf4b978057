"""Use over time: rates of counters that grow, restarts, gaps, the nearest sample, round scales."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.growth import Growth
from imagexplorer.core.live import Sample
from imagexplorer.core.use import UseHistory, top_of


def test_counters_become_rates_and_a_restart_has_none() -> None:
    history = UseHistory()
    for moment, received in ((10.0, 1000), (11.0, 3000), (16.0, 8000), (17.0, 50), (18.0, 150)):
        history.add(Sample(moment, cpu_percent=5.0, received_bytes=received))
    rates = list(history["received"])
    assert math.isnan(rates[0])
    assert rates[1:3] == [2000.0, 1000.0], "Podman tells one in five seconds"
    assert math.isnan(rates[3]), "it began anew"
    assert rates[4] == 100.0
    assert history.now("sent") is None
    history.add(Sample(18.0, cpu_percent=99.0))
    assert history.now("cpu") == 5.0, "nothing new at the same moment"


def test_a_clock_that_was_set_back_begins_anew_and_one_that_is_late_does_not() -> None:
    history = UseHistory()
    for moment in (1000.0, 1001.0, 999.5, 400.0, 401.0):
        history.add(Sample(moment, cpu_percent=moment, received_bytes=int(moment) * 10))
    assert list(history.times) == [400.0, 401.0]
    assert list(history["cpu"]) == [400.0, 401.0]
    assert history["received"][1] == 10.0


def test_it_is_bounded_and_finds_moments() -> None:
    history = UseHistory(kept=100)
    for moment in range(1, 1001):
        history.add(Sample(float(moment), cpu_percent=float(moment)))
    assert 100 <= len(history) <= 200
    assert history["cpu"][-1] == 1000.0
    number = history.at(990.4, 5.0)
    assert number is not None
    assert history.times[number] == 990.0
    assert history.at(5.0, 5.0) is None, "let go of"
    window = history.window(980.5, 990.5)
    assert [history.times[n] for n in (window[0], window[-1])] == [980.0, 991.0]


@given(st.lists(st.one_of(st.floats(0, 1e15), st.just(math.nan)), max_size=20), st.floats(0.001, 1e9))
def test_a_scale_holds_all_values(values: list[float], least: float) -> None:
    top = top_of(values, least)
    assert all(value <= top * 1.000001 for value in values if not math.isnan(value))
    assert top >= least * 0.999999


@pytest.mark.parametrize(("values", "top"), [([], 10), ([11], 20), ([36, 4], 50), ([99], 100), ([1234], 2000)])
def test_scales_are_round(values: list[float], top: float) -> None:
    assert top_of(values, 10.0) == pytest.approx(top)


def test_growth_is_by_the_minute_and_forgets() -> None:
    growth = Growth()
    growth.put({"a": 1_000_000, "b": 5}, 0.0)
    assert growth.a_minute("a") == 0.0
    growth.put({"a": 11_000_000}, 30.0)
    assert growth.a_minute("a") == 20_000_000
    assert growth.a_minute("b") == 0.0
    growth.put({"a": 11_000_000}, 500.0)
    growth.put({"a": 10_000_000}, 510.0)
    assert growth.a_minute("a") == 0.0
