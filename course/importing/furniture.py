"""What of a copied page is not the document's words: menus, sharing, prompts, privacy lines, picture names, dates.

Whole lines alone are judged, never a part of a paragraph, and by what such lines have in common on any site.
"""

from __future__ import annotations

import re
from enum import Enum

from course.importing.dates import dates
from course.importing.patterns import any_of

_LONGEST = 400
_TRIM = " \t*_|·•–—-→←›»«‹▲▼↑↓✓✔×✕☰🔗👍❤+#.…:!"


class Furniture(Enum):
    """What a line of a page is, where it is none of the document's words."""

    LINE = "line"
    PROMPTS = "prompts"
    """Such as `Subscribe to the blog`: the short lines below it are furniture as well."""
    TEASES = "teases"
    """Such as `Related posts`: the titles below it, and their first sentences, are of other documents."""
    ENDS = "ends"
    """Such as `12 comments`: below it stand other people's words."""
    ABOUT = "about"
    """Who wrote the document, in a few words about them."""
    CONTENTS = "contents"
    """Such as `On this page`: what follows may list the headings."""


def _vocabulary(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A short line that holds no other words than one of these lists does.
_SHARING = _vocabulary(
    "share sharing this on via to with by the post article page story guide link copy copied facebook twitter"
    " x linkedin email e-mail mail whatsapp reddit pinterest telegram print tweet pin it pocket bluesky mastodon"
    " threads instagram youtube tiktok rss follow us like save bookmark and or a friend your friends clipboard"
    " social media"
)
_SHARES = _vocabulary(
    "share facebook twitter linkedin whatsapp reddit pinterest telegram tweet bluesky mastodon instagram tiktok rss"
    " copy bookmark print pocket"
)
_LEGAL = _vocabulary(
    "privacy policy terms of service use conditions cookie cookies settings preferences notice legal imprint"
    " impressum and & accessibility statement contact sitemap about us data protection security gdpr accept decline"
    " reject all manage necessary only ok got it do not sell my personal information disclaimer"
)
_LEGALS = _vocabulary("privacy terms cookie cookies legal imprint impressum sitemap disclaimer")
_MENU = _vocabulary(
    "home blog about us contact pricing products product solutions resources log in login sign up signup out register"
    " menu search close open toggle navigation main careers courses course events event podcast shop store cart account"
    " my faq help support docs documentation community newsletter subscribe news press company team teams partners"
    " customers get started book a demo request start free trial try for download app explore browse all categories"
    " topics back to the articles posts guides answers questions members people learn more view see next previous skip"
    " content share"
)

_PICTURE = any_of(r"""
    \S.{0,150}\.(?:png|jpe?g|gif|svg|webp|avif|bmp|tiff?|heic|mp4|webm)(?:\s*\(\d+\))?
    (?:img|dsc[nf]?|image|photo|picture|pic|screenshot|untitled|banner|hero|thumb|thumbnail)[-_ ]?\d[\w() -]{0,60}
    (?:screenshot|screen shot)[ _]\d{4}.{0,40}
    (?:featured|hero|cover|header|profile|author|main) (?:image|picture|photo|banner|avatar)
    (?:avatar|profile picture|headshot|logo)(?: (?:of|for) .{1,60})?
    .{1,60}(?:'s|’s) (?:avatar|profile picture|photo)
    \[(?:image|photo|picture|illustration|figure|video|audio|graphic|caption)\b[^\[\]]{0,200}\]
    [^?!]{1,150}\b(?:photo(?:graph)?|image|picture|illustration)s?: (?-i:[A-Z])[\w'’&-]*(?: (?-i:[A-Z])[\w'’&-]*){0,4}
    [^.?!]{1,120}\((?:image|photo|picture|illustration|credit|graphic|source|courtesy)s?(?: by| of|:) [^().?!]{2,60}\)
    (?:image|photo|picture|illustration)s?(?: credits?| source| courtesy)?(?: ?: | by | courtesy of )[^.?!]{1,100}
""")
_SLUG = re.compile(r"[\w@%.()&'’+-]{6,150}")
_PICTURE_WORD = re.compile(
    r"(?<![^\W_])(?:image|img|photo|picture|hero|banner|cover|thumbnail|screenshot|portrait|illustration|diagram|logo)s?"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_COPY = any_of(r"""
    v?\d{1,4}
    \(\d{1,3}\)
    copy|final
    \d{2,5}x\d{2,5}
    [\[(]?\d{2,5} ?px[\])]?
""")
_CONTENTS = any_of(r"""
    on this page
    (?:table of |page |article )?contents(?: ?\[(?:hide|show)\])?
    in(?:side)? this (?:article|guide|post|page|story|section)
    what(?:'s|’s| is) (?:in|on) this (?:article|guide|post|page)
    what(?:'s|’s) inside
    jump to(?: (?:a )?section)?
""")
_ENDS = any_of(r"""
    (?:view |see |show )?(?:all )?\d+ (?:comments?|responses?)
    \d+ (?:thoughts?|comments?|replies|responses?) (?:on|to) .{1,150}
    (?:discussion|comments?|responses?) (?:about|on) (?:this|the) (?:post|article|page|story|video|episode)
    reader interactions
    (?:comments?|discussion|responses?) ?\(\d+\)
""")
_TEASES = any_of(r"""
    (?:related|popular|recent|latest|trending) (?:posts?|articles?|reading|reads?|content|stor(?:y|ies)|guides?)
    (?:related|popular|recent|latest|trending) (?:questions?|resources?|topics?|pages?|news)
    (?:recommended|similar|more|other|featured|suggested) (?:posts?|articles?|stor(?:y|ies)|guides?|questions?)
    (?:more|other) (?:posts|articles|stories|guides) (?:from|by|on|about|in|like) .{1,50}
    recommended (?:for you|from .{1,40})|see all from .{1,50}|more (?:from|by) .{1,50}
    related (?:article|story|post):? .{1,100}
    related|trending(?: now)?|recommended|read next|up next|next up|keep (?:reading|exploring)|what to read next
    (?:you|readers?) (?:may|might|will|would|could)(?: also)? (?:like|love|enjoy|be interested in)(?: these)?
    (?:people|others) also (?:ask|asked|read|like)
""")
_PROMPTS = any_of(r"""
    (?:leave|post|add|write) (?:a|your) (?:comment|reply)(?: .{1,30})?
    comments|no comments(?: yet)?
    join the (?:conversation|discussion)|be the first to comment
    subscribe(?: (?:now|today))? (?:to|from|for) [^.?!]{1,60}
    (?:sign up|join)(?: now| today)? (?:for|to|our|the) .{0,50}\b(?:newsletter|updates|blog|mails|list)\b.{0,30}
    (?:our |the |weekly |monthly |free )*newsletter(?: sign ?-?up)?
    stay (?:in the loop|up to date|informed|connected|updated)
""")
_LINE = any_of(r"""
    skip (?:to|navigation).{0,40}
    jump to (?:main )?(?:content|navigation)
    back to (?:the )?(?:top|blog|all|home|articles).{0,30}
    (?:scroll|return) to top
    (?:toggle|open|close|show|hide) (?:navigation|menu|search|sidebar|table of contents)
    share (?:this|the) (?:article|post|page|story|guide|link|answer|question).{0,40}
    share (?:this|on|via|with a friend)(?: \S{1,20})?
    \d[\d.,]*[km]? (?:shares?|likes?|views?|claps?|reads?|reactions?|followers?|subscribers?|upvotes?|votes?|downloads?)
    (?:reading|read) time:? .{1,20}
    (?:about )?(?:an? )?\d{1,3}(?:[ -]{1,3}\d{1,3})?[ -]?min(?:ute)?s?\.?(?: to)? read(?:ing)?
    follow (?:us|me|@\w{1,30})(?: on .{1,40})?
    follow .{1,30} on (?:twitter|x|linkedin|facebook|instagram|youtube|medium)
    (?:read|learn|see|show|load|view) (?:more|less|all)|continue reading
    (?:view|see|read|show) (?:all|more) (?:posts|articles|stories|entries) (?:by|from) .{1,60}
    read (?:the )?(?:full )?(?:article|story|post)|listen to (?:this|the) (?:article|post)
    subscribe(?: (?:now|today|here|for free))?
    (?:sign|log) ?(?:up|in)(?: or (?:sign|log) ?(?:up|in))?(?: (?:now|today|free|for free|using .{1,20}))?|register
    (?:post|comment|reply|continue) as (?:a )?.{1,20}
    (?:your |enter your |type your |work )+e-?mail(?: address)?(?: ?\*)?|e-?mail address(?: ?\*)?
    enter your (?:e-?mail|name).{0,30}|(?:your |first |last |full )*name ?\*|submit
    required fields.{0,30}|your email address will not be published.{0,60}
    log ?in to (?:comment|reply|answer|like|continue|vote).{0,30}
    (?:was|is|did you find) (?:this|the) (?:\w{3,12} )?(?:help(?:ful)?|useful)(?: to you)?\??(?:\W+yes\W+no)?
    search (?:in|this|the|for) .{1,40}
    advert(?:isement|ising)?|sponsored(?: (?:content|post|by .{1,40}))?
    edit this page.{0,30}|print this (?:page|article)|report (?:an? )?(?:issue|abuse|error)
    (?:give|send) (?:us )?(?:your )?feedback
    (?:tags?|tagged|categor(?:y|ies)|filed under|posted in|filed in)(?: with| in)? ?:? .{1,100}
    (?:next|previous|older|newer) (?:article|post|page|guide|story|chapter|posts)(?: ?[:›»→].{0,120})?
    yes(?: ?\(\d+\))?\W{1,5}no(?: ?\(\d+\))?
    (?:total )?visitors?(?: since \d{4}| no\.?| count| number)?:? [\d,.]+|you are (?:the )?visitor\b.{0,20}
    best viewed (?:at|in|with|on) .{1,80}
    next|previous|prev|powered by .{1,40}|loading
    (?:©|\(c\)|copyright).{0,30}\d{4}.{0,120}|©.{0,150}|.{0,150}\ball rights reserved
    \d{1,6}|\d{1,3}(?:,\d{3}){1,2}|[\W_]+
""")
_DOING = "sharing|submitting|signing|subscribing|continuing|clicking|entering|using|providing|joining|registering"
_POLICY = r"(?:privacy|terms|cookies?|e-?mails?|polic(?:y|ies)|data)\b"
_AGREES = r"(?:agree|accept|consent|acknowledge|confirm)\b"
_BECAUSE = r"\b(?:experience|accept|consent|policy|agree|traffic|browsing|analytics|visit|settings|website)\b"
_AGREEING = any_of(rf"""
    \bby (?:{_DOING})\b.{{0,150}}\b{_AGREES}.{{0,150}}\b{_POLICY}
    \bif you (?:continue|click|subscribe|submit|sign up)\b.{{0,150}}\b{_AGREES}.{{0,150}}\b{_POLICY}
    \b(?:we|(?:this|our) (?:web)?site|this page)\b(?: .{{0,30}})? uses?\b.{{0,30}}\bcookies?\b.{{0,80}}{_BECAUSE}
    \bprotected by recaptcha\b
    ^we (?:value|respect|care about) your privacy\b
    \b(?:contains?|includes?) (?:affiliate|sponsored|paid) links\b
    \bwe (?:may |might |can |will )?(?:earn|receive|get) an? (?:\w{3, 12} )?commission\b
    \b(?:we and )?our partners (?:store|process|use)\b.{0, 100}\b(?:information|data|cookies?)\b
    ^i (?:agree|consent) to\b.{{0,100}}\b(?:privacy|terms|emails?|cookies?)\b
    ^(?:see|read|view|review) our (?:privacy|cookie|terms)\b
    \b(?:privacy policy|terms of (?:service|use))\b.{{0,40}}\bapply\b
    \b(?:you can )?unsubscribe (?:at )?any ?time\b
    ^we (?:will )?(?:never|won(?:'|’)t|don(?:'|’)t|do not) (?:spam|share your e-?mail|sell your)\b
    ^no spam\b
    [.!,] no spam(?:,? ever)?[.!]?$
""")
_PROMPT = re.compile(
    r"(?:get|join|receive|sign up|stay|never miss|don(?:'|’)t miss|enter|be the first|want|like what|enjoyed?|liked"
    r"|subscribe)\b.{0,160}\b(?:(?:your|the) inbox|(?:our|the|my) (?:\w{1,30} )?newsletter|mailing list"
    r"|our (?:blog|updates)|subscribers)\b.{0,80}",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\s*\((?:opens?|link opens|external)\b[^()]{0,40}\)$", re.IGNORECASE)
_UPDATED = re.compile(r"(?:last |first )?(?:updated|modified|edited|reviewed|revised)\b.{0,60}", re.IGNORECASE)
_LABELLED = re.compile(r"[A-Za-z][A-Za-z ]{1,20}: \S.{0,200}$|(?:Words |Written |Posted )?[Bb]y [A-Z].{0,60}$")
_HERE = re.compile(r"(?:you are|you're) here:?\s*", re.IGNORECASE)
_CRUMB = re.compile(r"\s*(?:>|›|»|/|→|\|)\s*")


def furniture(text: str) -> Furniture | None:
    """What a line of a page is where it is none of the document's words; None for words."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if text.endswith(")"):
        text = _NOTE.sub("", text)
    bare = text.strip(_TRIM)
    if not bare:
        return Furniture.LINE
    if _CONTENTS.fullmatch(bare):
        return Furniture.CONTENTS
    count = len(bare.split())
    if _ENDS.fullmatch(bare):
        return Furniture.ENDS
    if count <= 14 and _TEASES.fullmatch(bare):
        return Furniture.TEASES
    if (count <= 14 and _PROMPTS.fullmatch(bare)) or (count <= 25 and _PROMPT.fullmatch(bare)):
        return Furniture.PROMPTS
    if is_picture(text) or _is_update(bare) or (count <= 20 and _LINE.fullmatch(bare)):
        return Furniture.LINE
    if count <= 45 and _AGREEING.search(bare):
        return Furniture.LINE
    if count <= 14 and (_speaks_of(bare, _SHARING, _SHARES) or _speaks_of(bare, _LEGAL, _LEGALS)):
        return Furniture.LINE
    return Furniture.LINE if is_trail(text) else None


def announces_contents(text: str) -> bool:
    """Whether a line stands above a table of contents: `On this page`."""
    return len(text) <= _LONGEST and _CONTENTS.fullmatch(text.strip(_TRIM)) is not None


def stands_alone(line: str) -> bool:
    """Whether a line is furniture, or says who wrote the document or when, so that it goes on with no other line."""
    return furniture(line) is not None or _LABELLED.match(line) is not None


def is_picture(text: str) -> bool:
    """Whether a line is the name of a picture's file, or says that there is one: `hero_image.png`, `IMG_2231`."""
    if len(text) > 200:
        return False
    if _PICTURE.fullmatch(text):
        return True
    first, *rest = text.split()
    if not all(_COPY.fullmatch(word) for word in rest) or not _SLUG.fullmatch(first):
        return False
    joined = first.count("-") + first.count("_")
    shows = _PICTURE_WORD.search(first) is not None or any(sign.isdigit() for sign in text)
    return (joined >= 2 and shows) or "_" in first.strip("_")


def _is_update(text: str) -> bool:
    """Whether a line says when the page was last changed, and nothing else."""
    if not _UPDATED.fullmatch(text):
        return False
    found = next(dates(text), None)
    return text.lower().endswith(" ago") or (found is not None and found.start <= 30)


def is_menu(text: str) -> bool:
    """Whether a line above a title is part of a site's menu: `Home`, `Log in`, `Blog | About us`."""
    words = re.findall(r"[\w'’-]+", text.lower())
    return 0 < len(words) <= 14 and all(word in _MENU for word in words)


def crumbs(text: str) -> list[str]:
    """The steps of a line that may be a trail; none of a long one."""
    text = _HERE.sub("", text)
    return _CRUMB.split(text.strip(" >›»/→|")) if len(text) <= 200 else []


def is_trail(text: str) -> bool:
    """Whether a line says where in a site the page stands: `Home > Blog > Careers`."""
    steps = crumbs(text)
    if len(steps) < 2 or not all(0 < len(step.split()) <= 8 for step in steps):
        return False
    if text[-1] in ".!?" and len(steps) < 3:
        return False
    return (
        steps[0].lower() in {"home", "blog", "start", "all", "docs", "help", "guides", "articles"}
        or (len(steps) >= 3 and bool(re.search(r"[>›»→]", text)))
        or all(is_menu(step) for step in steps)
    )


def _speaks_of(text: str, words: frozenset[str], telling: frozenset[str]) -> bool:
    found = re.findall(r"[\w'’-]+|&", text.lower())
    return bool(found) and all(word in words for word in found) and any(word in telling for word in found)
