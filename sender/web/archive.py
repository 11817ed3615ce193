"""The archive: a course as a public site, where its author allows that; the one that `dripcourse build` writes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from course.archive import INDEX, archive_files
from course.pictures import ASSETS, media_type
from sender.editions import Edition
from sender.web.pages import headers
from sender.web.signing_up import live_edition
from sender.web.site import Site

_MOST_KEPT = 16
_TYPES = {"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8"}
_FOR_A_WHILE = "public, max-age=300"  # an author may take the archive back
_FOR_EVER = "public, max-age=31536000, immutable"
_NOT_SAID = "X-Robots-Tag"  # what is public may be found


def archive_routes(site: Site) -> list[Route]:
    """`GET /archive/SLUG/…`: the archive of the edition that is live, whose addresses are all relative to each other.

    Without the slash at its end the address leads to the one with it, by a relative address and so to wherever the
    request went. A course that is not public is not found, like one that there is not.
    """
    archives = Archives()

    async def file(request: Request) -> Response:
        slug, path = (str(request.path_params[name]) for name in ("slug", "path"))
        found = await run_in_threadpool(_file, site, archives, slug, path or INDEX)
        if found.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=found.headers)
        return Response(found.content, media_type=found.type, headers=found.headers)

    async def without_slash(request: Request) -> Response:
        slug = str(request.path_params["slug"])
        await run_in_threadpool(_public, site, slug)
        return Response(status_code=308, headers={**headers(), "Location": f"{slug}/", "Cache-Control": _FOR_A_WHILE})

    return [
        Route("/archive/{slug}", without_slash, methods=["GET"], name="archive"),
        Route("/archive/{slug}/{path:path}", file, methods=["GET"], name="archive-file"),
    ]


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A file of an archive, as it is sent."""

    content: bytes
    type: str
    tag: str
    headers: dict[str, str]


class Archives:
    """The archives of the editions that were asked for last; of one edition at a time is made, and only once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, dict[str, bytes]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def files(self, edition: Edition) -> dict[str, bytes]:
        """The files of an edition's archive, by their path. Raises CourseError."""
        with self._lock:
            if edition.id not in self._kept:
                sign_up = f"../../courses/{edition.course.slug}"
                self._kept[edition.id] = archive_files(edition.course, edition.files, sign_up=sign_up)
            self._kept.move_to_end(edition.id)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return self._kept[edition.id]


def _public(site: Site, slug: str) -> Edition:
    """The live edition of a course that its author has made public. Raises HTTPException."""
    edition = live_edition(site, slug)
    if edition is None or not edition.course.public_archive:
        raise HTTPException(404)
    return edition


def _file(site: Site, archives: Archives, slug: str, path: str) -> ArchiveFile:
    content = archives.files(_public(site, slug)).get(path)
    if content is None:
        raise HTTPException(404)
    tag = f'"{sha256(content).hexdigest()}"'
    if path.startswith(ASSETS):  # under the hash of its content
        picture = media_type(content)
        assert picture is not None  # nothing else is shown
        # An SVG is a document when it is opened by itself: in a sandbox, no script in it runs.
        return ArchiveFile(content, picture, tag, _headers(_FOR_EVER, tag, sandbox="", style_src="'unsafe-inline'"))
    own = _headers(_FOR_A_WHILE, tag, style_src="'self'", img_src="'self'")
    return ArchiveFile(content, _TYPES[path.rpartition(".")[2]], tag, own)


def _headers(kept: str, tag: str, **allowed: str) -> dict[str, str]:
    own = {name: value for name, value in headers(**allowed).items() if name != _NOT_SAID}
    return {**own, "Cache-Control": kept, "ETag": tag}
