"""Every rule is in the registry, has a page that says why it is there, and tests that see it fire and be silent."""

from __future__ import annotations

import ast
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

from course.check import rules
from course.check.rule import Rule
from course.check.rules import BY_ID, RULES

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "rules"
INDEX = (PAGES / "README.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| \[([a-z-]+)\]\(\1\.md\) \| (.+) \|$", INDEX, re.MULTILINE))
HEADS = ("**Why.** ", "**What to do.** ", "**Ignoring it.** ")


def named(rule: Rule) -> str:
    return rule.id


def page_of(rule: Rule) -> list[str]:
    """The paragraphs of a rule's page."""
    return (PAGES / f"{rule.id}.md").read_text("utf-8").strip().split("\n\n")


def what_it_finds(rule: Rule) -> str:
    """The first sentence of a rule's page, without the severity that it may begin with."""
    said = " ".join(page_of(rule)[1].split())
    sentence = re.sub(r"^(?:An error|A warning)[^:`]*: ", "", re.split(r"(?<=\.) (?=[A-Z])", said)[0])
    return sentence[0].upper() + sentence[1:]


def test_no_two_rules_share_an_id() -> None:
    assert len(BY_ID) == len(RULES)


def test_every_rule_that_a_module_defines_is_in_the_registry() -> None:
    modules = (import_module(f"course.check.rules.{one.name}") for one in pkgutil.iter_modules(rules.__path__))
    defined = {value.id for module in modules for value in vars(module).values() if isinstance(value, Rule)}
    assert defined == set(BY_ID)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_rule_gives_a_reason_in_a_sentence(rule: Rule) -> None:
    assert rule.reason[0].isupper()
    assert rule.reason.endswith(".")
    assert len(rule.reason) > 40
    assert rule.in_course is None or rule.in_email is None


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_rule_has_a_page_with_the_why_what_to_do_and_how_to_ignore_it(rule: Rule) -> None:
    head, first, *paragraphs = page_of(rule)
    assert head == f"# {rule.id}"
    assert not first.startswith("**")
    assert [
        next((head for head in HEADS if text.startswith(head)), "") for text in paragraphs if text.startswith("**")
    ] == [*HEADS]
    assert ("annot be ignored" in "\n".join(paragraphs)) or not rule.essential


def test_every_page_has_a_rule_and_stands_in_the_index() -> None:
    pages = {page.stem for page in PAGES.glob("*.md")} - {"README"}
    assert pages == set(BY_ID)
    assert list(ROWS) == sorted(BY_ID)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_the_index_says_what_a_rule_finds_and_how_severe_it_is(rule: Rule) -> None:
    severity = f"{rule.severity}, cannot be ignored" if rule.essential else f"{rule.severity}"
    assert ROWS[rule.id] == f"{severity} | {what_it_finds(rule)}"


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_rule_has_tests_of_what_it_finds_and_what_it_lets_be(rule: Rule) -> None:
    file = Path(__file__).parent / "rules" / f"test_{rule.id.replace('-', '_')}.py"
    functions = [node for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
    assert len([one for one in functions if one.name.startswith("test_")]) >= 2
