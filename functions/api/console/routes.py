"""Routes of the web console: its page at `/`, its files, and the exchange of a one-use sign-in link."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from fourfold.http.body import json_body
from fourfold.http.negotiation import JSON, allows_encoding, media_type_for
from fourfold.http.problems import ProblemError, not_found
from fourfold.problem import problem
from functions.api.console.assets import assets, page, version
from functions.api.console.schemas import SignIn, SignInRequest
from functions.api.console.sign_in import SignInLink, is_from_this_machine
from functions.api.progress.routes import websocket_url
from functions.api.responses import document

router = APIRouter()
SIGN_IN: Final = "/console/sign-in"

_HTML: Final = "text/html"
# Trusted Types: the browser refuses every assignment of a string to innerHTML and its like.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {progress}; "
    "base-uri 'self'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_PROTECTION: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@router.get("/", include_in_schema=False)
async def root(request: Request) -> Response:
    """Returns the console to a browser, and redirects every other client to the documentation page.

    The redirect is relative, so it also leads there behind a stage's path prefix.
    """
    if media_type_for(request.headers.getlist("accept"), [JSON, _HTML]) != _HTML:
        return RedirectResponse("docs", headers={"Vary": "Accept"})
    progress = urlsplit(websocket_url())
    headers = {
        **_PROTECTION,
        "Content-Security-Policy": _POLICY.format(progress=f"{progress.scheme}://{progress.netloc}"),
        "Cache-Control": "no-cache",
        "Vary": "Accept",
    }
    return HTMLResponse(page(request.scope.get("root_path", "")), headers=headers)


@router.get("/console/{of_version}/{name}", include_in_schema=False)
async def console_file(of_version: str, name: str, request: Request) -> Response:
    """Returns a file of the console, gzipped where the client accepts it. Its address changes with its content."""
    asset = assets().get(name) if of_version == version() else None
    if asset is None:
        raise not_found()
    headers = {**_PROTECTION, "Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if allows_encoding(request.headers.getlist("accept-encoding"), "gzip"):
        return Response(asset.compressed, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.content, headers=headers, media_type=asset.media_type)


@router.post(SIGN_IN, include_in_schema=False)
async def sign_in(request: Request) -> Response:
    """Exchanges the token of the link that `make up` printed for the API key, once, on the same machine only."""
    body = await json_body(request, SignInRequest)
    link: SignInLink | None = request.app.state.sign_in_link
    if link is None or not is_from_this_machine(request):
        raise not_found()
    api_key = link.exchange(body.token)
    if api_key is None:
        detail = "The link works once, for a short time. Paste the API key that `make up` printed instead."
        raise ProblemError(problem("sign_in_link_used", "The sign-in link is used or expired", 403, detail))
    return document(SignIn(api_key=api_key))
