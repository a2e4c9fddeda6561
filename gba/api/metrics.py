"""What `/metrics` says, in Prometheus's text format."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from gba.chat.messages import Step

__all__ = ["Metrics"]


class Metrics:
    """The counters of one service; each service has a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"gba_{name}", what, labels, registry=self._registry)

        self._requests = counter("requests", "Requests by path and status.", "path", "status")
        self._steps = counter("steps", "Steps that the model has made.")
        self._errors = counter("errors", "Steps that ended in an error, by its class.", "kind")
        self._calls = counter("calls", "Calls made, all of them valid.")
        self._closed = counter("closed", "Steps that were ended along the grammar, since their budget ran out.")
        self._retries = counter("requests_to_model", "Generations asked of llama.cpp.")
        self._tokens = counter("tokens", "Tokens, by how they came to be.", "kind")
        self._waiting = Gauge("gba_waiting", "Requests that wait for a slot.", registry=self._registry)
        self._seconds = Histogram("gba_step_seconds", "Seconds of a step, waiting included.", registry=self._registry)

    def request(self, path: str, status: int) -> None:
        """A request was answered."""
        self._requests.labels(path, str(status)).inc()

    def waiting(self, count: int) -> None:
        """So many requests wait now."""
        self._waiting.set(count)

    def failed(self, kind: str) -> None:
        """A step ended in an error."""
        self._errors.labels(kind).inc()

    def step(self, step: Step, seconds: float) -> None:
        """A step has ended."""
        self._steps.inc()
        self._calls.inc(len(step.calls))
        self._closed.inc(int(step.closed))
        self._retries.inc(step.requests)
        for kind in ("evaluated", "cached", "generated", "forced"):
            self._tokens.labels(kind).inc(max(0, getattr(step.usage, kind)))
        self._seconds.observe(seconds)

    def text(self) -> bytes:
        """All of it."""
        return generate_latest(self._registry)
