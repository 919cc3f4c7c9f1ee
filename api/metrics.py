"""How the service does, in numbers: requests by route and status, jobs, lists; never an id among the labels."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The numbers of one process; with several, they are added up from the folder that `serve` gives them."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "wellplaced_requests_total", "Requests.", ["method", "route", "status"], registry=self._registry
        )
        self.request_seconds = Histogram(
            "wellplaced_request_seconds", "Time to answer.", ["method", "route"], buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self.jobs_waiting = Gauge(
            "wellplaced_jobs_waiting", "Jobs that are due.", registry=self._registry, multiprocess_mode="mostrecent"
        )

    def written(self) -> bytes:
        """Everything as text for a scraper."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        gathered = CollectorRegistry()
        multiprocess.MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]
        return generate_latest(gathered)
