"""The setting of every test: no network, no tracing, no key of the person who runs it, the same examples each time."""

import os

from hypothesis import HealthCheck, settings

from runtime import kernel_cache

os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
kernel_cache.settle()
os.environ["LANGSMITH_TRACING"] = "false"
for name in [
    name for name in os.environ if (name.startswith("AEGIS_") and name != "AEGIS_WIRE") or name.endswith("_API_KEY")
]:
    del os.environ[name]
os.environ["AEGIS_MODELS__ROSTER"] = "rules"

pytest_plugins = [
    "tests.session.network_off",
    "tests.session.inventory",
    "tests.session.evidence",
    "tests.session.recorded",
]

settings.register_profile(
    "fast",
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("campaign", parent=settings.get_profile("fast"), max_examples=5_000, derandomize=False)
settings.load_profile("fast")
