"""Decisions are functions of their arguments: only edges read the clock, and only the settings the environment."""

from __future__ import annotations

import pytest

from tests.architecture.source import Module, modules_of

READS_THE_TIME = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
}
MEASURES_TIME = {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns"}
READS_THE_ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb"}

EDGES = (
    "course.cli",
    "course.commands",
    "course.preview",
    "sender.cli",
    "sender.commands",
    "sender.demo",
    "sender.scheduler",
    "sender.web",
)
# A lease is renewed, a rate kept, and a request begun or given up on, by time that has really passed.
MAY_MEASURE = (*EDGES, "sender.deliver", "sender.mailers.sendgrid", "sender.mailers.smtp", "sender.sending")

PROJECT = [module for package in ("course", "sender", "templates") for module in modules_of(package)]


def is_within(module: Module, packages: tuple[str, ...]) -> bool:
    return any(module.name == package or module.name.startswith(f"{package}.") for package in packages)


def uses(module: Module, names: set[str]) -> list[str]:
    """Where the module mentions one of the names, called or handed on."""
    mentions = {*module.imports, *module.uses}
    return sorted(f"{module.where(mention)} uses {mention.name}" for mention in mentions if mention.name in names)


def named(module: Module) -> str:
    return module.name


@pytest.mark.parametrize("module", [module for module in PROJECT if not is_within(module, EDGES)], ids=named)
def test_what_is_no_edge_is_told_the_time(module: Module) -> None:
    assert uses(module, READS_THE_TIME) == []


@pytest.mark.parametrize("module", [module for module in PROJECT if not is_within(module, MAY_MEASURE)], ids=named)
def test_what_is_no_edge_measures_no_time(module: Module) -> None:
    assert uses(module, MEASURES_TIME) == []


@pytest.mark.parametrize("module", [module for module in PROJECT if module.name != "sender.settings"], ids=named)
def test_only_the_settings_read_the_environment(module: Module) -> None:
    assert uses(module, READS_THE_ENVIRONMENT) == []
