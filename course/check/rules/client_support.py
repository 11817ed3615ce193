"""The rule `client-support`: a theme's own HTML and CSS is what large mail programs support."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from course.check.clients import Feature, unsupported
from course.check.markup import looks_in
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule
from course.check.template_sources import theme_files
from course.errors import Place
from course.render import email_templates

_MARKUP = (".mjml", ".html", ".htm", ".css")

_HARMLESS = frozenset(
    {
        "css-at-media-prefers-reduced-motion", "css-cursor", "css-font-kerning", "css-height",
        "css-hyphenate-character", "css-hyphenate-limit-chars", "css-hyphens", "css-orphans", "css-pseudo-class-active",
        "css-pseudo-class-focus", "css-pseudo-class-focus-visible", "css-pseudo-class-focus-within",
        "css-pseudo-class-hover", "css-pseudo-class-link", "css-pseudo-class-visited",
        "css-text-decoration-skip-ink", "css-user-select", "css-widows", "html-abbr", "html-aria-describedby",
        "html-aria-hidden", "html-aria-label", "html-aria-labelledby", "html-aria-live", "html-loading-attribute",
        "html-target", "html-wbr",
    }
)  # fmt: skip
"""What adds something where it is known, and takes nothing away where it is not. Of a `height`, Yahoo makes a least."""

_ELEMENTS_OF_TEXT = frozenset({"after", "before", "first-letter", "first-line", "marker", "placeholder"})
_TABLES = "Lay it out with <mj-section> and <mj-column>, which become tables."
_PHYSICAL = "Name the side itself, such as margin-left; the template is given `direction` for the other one."
_VALUE = "Write the value itself, such as 16px or #1c5a55."
_PICTURE = "Show a picture that is linked to a page with it."
_ADVICE = (
    (("css-display-", "css-flex", "css-grid", "css-gap", "css-align-items", "css-justify", "css-float", "css-clear",
      "css-position", "css-left-right", "css-inset", "css-z-index", "css-column"), _TABLES),
    (("css-background",), "Use `background-url` of <mj-section>, which Outlook shows too, and name a colour as well."),
    (("css-margin-", "css-padding-", "css-border-inline", "css-border-radius-logical", "css-block-", "css-inline-",
      "css-max-block", "css-max-inline", "css-min-block", "css-min-inline"), _PHYSICAL),
    (("css-unit", "css-function", "css-variables", "css-modern-color", "css-rgba", "css-intrinsic"), _VALUE),
    (("css-at-font-face", "css-at-import", "css-sytem-ui", "html-link"), "Name fonts that readers have, at the end."),
    (("html-video", "html-audio", "html-svg", "html-object", "html-picture", "html-srcset", "html-form", "html-input",
      "html-button", "html-select", "html-textarea", "html-image-maps", "html-meter", "html-progress"), _PICTURE),
)  # fmt: skip
_ANYHOW = "Look whether the email reads well without it; where it does, ignore the rule in [ignore], and say so."


def unsupported_features(checked: Checked) -> Iterator[Fault]:
    """What a large mail program does not support of the HTML and CSS in theme/, each feature once in a file.

    What dripcourse's own templates use is not told: they are made to read well without it.
    """
    for place, source in theme_files(checked):
        if place.file.endswith(_MARKUP):
            yield from _in_file(place.file, source)


def _in_file(file: str, source: str) -> Iterator[Fault]:
    told: set[Feature] = set()
    text = f"<style>{source}</style>" if file.endswith(".css") else source
    for look, line in looks_in(text):
        feature = unsupported().get(look)
        if feature is None or feature in told or feature.slug in _HARMLESS or look in _ours():
            continue
        told.add(feature)
        yield Fault(
            f"`{_shown(look)}` is not supported by {_listed(feature.clients)} (tested {feature.tested[:7]}).",
            f"{_advice(feature)} {feature.address}",
            Place(file, line),
        )


@cache
def _ours() -> frozenset[str]:
    """What dripcourse's own templates look like."""
    sources = (content.decode() for path, content in email_templates().items() if path.endswith(".mjml"))
    return frozenset(look for source in sources for look, _ in looks_in(source))


def _shown(look: str) -> str:
    """A piece of HTML or CSS as an author writes it."""
    kind, _, name = look.partition(" ")
    colons = "::" if name in _ELEMENTS_OF_TEXT else ":"
    forms = {
        "element": f"<{name}>", "input": f'<input type="{name}">', "button": f'<button type="{name}">',
        "function": f"{name}()", "at": f"@{name}", "media": f"@media ({name})", "pseudo": f"{colons}{name}",
        "nesting": "a rule within a rule",
    }  # fmt: skip
    return forms.get(kind, name.replace(":", ": "))


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _advice(feature: Feature) -> str:
    return next((advice for beginnings, advice in _ADVICE if feature.slug.startswith(beginnings)), _ANYHOW)


RULE = Rule(
    "client-support",
    Severity.WARNING,
    "Mail programs drop what they do not know: whoever reads in one of these sees the email without it.",
    in_course=unsupported_features,
)
