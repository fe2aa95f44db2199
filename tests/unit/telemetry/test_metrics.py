"""The figures as Prometheus reads them."""

import pytest

from adapters.telemetry.metrics import PrometheusMeter


def text_of(meter: PrometheusMeter) -> str:
    return meter.exposition()[0].decode()


def test_two_meters_share_nothing() -> None:
    first, second = PrometheusMeter(), PrometheusMeter()
    first.count("relay_messages", 3, {"channel": "commands", "outcome": "sent"})
    assert 'kondate_relay_messages_total{channel="commands",outcome="sent"} 3.0' in text_of(first)
    assert 'outcome="sent"' not in text_of(second)


def test_durations_fall_into_millisecond_buckets() -> None:
    meter = PrometheusMeter()
    labels = {"route": "/recipe/{recipe_id}", "method": "GET", "status": "200"}
    meter.duration("http_request", 0.004, labels)
    series = (
        'kondate_http_request_duration_seconds_bucket{le="%s",method="GET",route="/recipe/{recipe_id}",status="200"}'
    )
    assert f"{series % '0.0025'} 0.0" in text_of(meter)
    assert f"{series % '0.005'} 1.0" in text_of(meter)


def test_a_gauge_shows_its_latest_value() -> None:
    meter = PrometheusMeter()
    meter.gauge("outbox_lag", 3.5, {})
    meter.gauge("outbox_lag", 0.5, {})
    assert "kondate_outbox_lag_seconds 0.5" in text_of(meter)


def test_a_watched_figure_is_read_anew_each_time() -> None:
    meter = PrometheusMeter()
    readings = iter([2.0, 5.0])
    meter.watch("database_connections", lambda: next(readings), {"state": "open"})
    assert 'kondate_database_connections{state="open"} 2.0' in text_of(meter)
    assert 'kondate_database_connections{state="open"} 5.0' in text_of(meter)


def test_a_metric_that_nobody_declared_is_refused() -> None:
    with pytest.raises(KeyError):
        PrometheusMeter().duration("nothing", 1.0, {})


def test_the_exposition_says_its_media_type() -> None:
    assert PrometheusMeter().exposition()[1].startswith("text/plain")
