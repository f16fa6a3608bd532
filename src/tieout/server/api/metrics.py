"""Counts and durations for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """A registry of its own: two applications in one process do not add up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "tieout_http_requests_total",
            "Requests by endpoint and status.",
            ("method", "endpoint", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "tieout_http_request_seconds",
            "Duration of requests by endpoint.",
            ("method", "endpoint"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.scored = Counter(
            "tieout_scored_records_total",
            "Records scored in memory.",
            ("profile",),
            registry=self.registry,
        )
        self.flagged = Counter(
            "tieout_flagged_records_total",
            "Records flagged in memory.",
            ("profile",),
            registry=self.registry,
        )
        self.scoring_seconds = Histogram(
            "tieout_scoring_seconds",
            "Duration of scoring alone, a call each.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.scoring_cpu_seconds = Counter(
            "tieout_scoring_cpu_seconds_total",
            "Processor time of scoring alone.",
            registry=self.registry,
        )
        self.subscribers = Gauge(
            "tieout_websocket_subscribers",
            "Sockets that are told of findings.",
            registry=self.registry,
        )
        self.dropped = Counter(
            "tieout_websocket_dropped_total",
            "Findings that slow subscribers were not told of.",
            registry=self.registry,
        )
        self.spooled = Gauge(
            "tieout_spooled_events",
            "Scored requests that are not in the database yet.",
            registry=self.registry,
        )
