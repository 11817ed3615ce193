"""A line of a page's furniture is told from a line of its words."""

from __future__ import annotations

import pytest

from course.importing.furniture import furniture, is_menu
from course.importing.names import is_person, is_role, is_site


@pytest.mark.parametrize(
    "line",
    [
        "Skip to main content",
        "Home > Blog > Careers",
        "Home / Guides / Planning",
        "5 min read",
        "Updated: October 2, 2024- 5 min read",
        "Last updated on 3 May 2024",
        "Breaking-Into-Samples-03-4-steps-detail v2 (1)",
        "hero_image.png",
        "how-doors-open-cover",
        "One letter a month, no spam.",
        "View all posts by Sample Author",
        "IMG_2231",
        "Screenshot 2023-06-05 at 10.12.33",
        "Sample Author's avatar",
        "Photo by Sample Photographer on Sample Stock",
        "Share this post",
        "Share on LinkedIn",
        "Facebook Twitter LinkedIn",
        "Copy link",
        "Subscribe to The Sample Blog",
        "Sign up for our newsletter",
        "Get new samples every week in your inbox.",
        "Enter your email",
        "No spam. Unsubscribe at any time.",
        "By sharing your email, you agree to our Privacy Policy and Terms of Service",
        "We use cookies to improve your experience.",
        "This site is protected by reCAPTCHA and the sample Privacy Policy applies.",
        "Privacy Policy | Terms of Service",
        "© 2024 Sample Site. All rights reserved.",
        "You might also like",
        "Related articles",
        "Leave a comment",
        "12 comments",
        "On this page",
        "Table of contents",
        "Tags: doors, windows",
        "Was this page helpful?",
        "Next article: How to close a door",
        "Back to top",
        "1.2k views",
        "12.4K subscribers",
        "1,234",
        "Share on LinkedIn (opens in new window)",
        "[Image: a door that is open]",
        "A door that is open (photo: Sample Photographer)",
        "A door, seen from inside. Photograph: Sample Agency",
        "Subscribe from 1 pound a week",
        "Was this information useful?",
        "Yes (52) No (1)",
        "Visitors since 2003: 41,877",
        "You are here: Home / Doors / Hinges",
        "We value your privacy. We and our partners store information on your device.",
        "This post may contain affiliate links.",
        "Advertisement",
        "•",
    ],
)
def test_furniture_is_known(line: str) -> None:
    assert furniture(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        "Share what you learn with your team",
        "There was no spam in the larder.",
        "Follow up on Monday",
        "Updated roadmaps calm people down",
        "Get the latest numbers before you plan.",
        "Learn more here today!",
        "Write the privacy policy before you launch.",
        "Our team uses cookies as a reward",
        "Join the design team early",
        "Next steps",
        "More about doors",
        "Discussion",
        "Email",
        "state-of-the-art",
        "Readers leave comments where they care.",
        "If you continue to ship late, nobody will agree.",
        "We do not trade privacy for growth.",
        "Related work needs related people.",
        "Ask > answer",
        "30 minutes",
        "Image matters more than words do.",
        "Yes and no",
        "Two pictures: a door and a window",
        "A door of 1,234 hinges",
        "Visitors come at nine.",
    ],
)
def test_words_are_no_furniture(line: str) -> None:
    assert furniture(line) is None


@pytest.mark.parametrize(("line", "menu"), [("Blog", True), ("Home About us Log in", True), ("Sample Site", False)])
def test_a_menu_is_known_by_its_words(line: str, menu: bool) -> None:
    assert is_menu(line) is menu


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("Sample Author", True),
        ("Sample J McDonald", True),
        ("Sample J. O'Writer, PhD", True),
        ("Ludwig van Sample", True),
        ("Éva Sample and Other Writer", True),
        ("Product School", False),
        ("Getting Started", False),
        ("What Changed", False),
        ("sample author", False),
        ("Sample", False),
        ("Sample Author likes doors", False),
        ("ACME Learning", False),
        ("Sample Author, Sample Company", False),
    ],
)
def test_a_name_of_a_person_is_known(line: str, person: bool) -> None:
    assert is_person(line) is person


def test_a_role_and_a_site_are_known() -> None:
    assert is_role("Head of Samples at Sample Company")
    assert not is_role("Lead people where they want to go.")
    assert is_site("The Sample Blog")
    assert not is_site("Sample Author")
