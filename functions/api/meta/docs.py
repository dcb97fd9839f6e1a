"""The API's description: openapi.json, and a page to read it that needs no network."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from fourfold.http.problems import not_found

router = APIRouter(include_in_schema=False)

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
# All addresses are relative: the page works behind a stage's path prefix as well. The policy keeps it off the network.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>fourfold API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="docs/favicon-32x32.png">
</head>
<body>
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script>
SwaggerUIBundle({url: "v1/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null,
  persistAuthorization: true, displayRequestDuration: true})
</script>
</body>
</html>
"""
_POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"


@router.get("/v1/openapi.json")
async def openapi_document(request: Request) -> JSONResponse:
    """The OpenAPI 3.1 document. Its server is the address it was read from, with the stage's path if it has one."""
    document = request.app.openapi()
    servers = [{**server, "url": request.scope.get("root_path") or "/"} for server in document["servers"]]
    return JSONResponse({**document, "servers": servers})


@router.get("/docs")
async def docs_page() -> HTMLResponse:
    """Swagger UI."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/{name}")
async def docs_asset(name: str) -> Response:
    """A file of Swagger UI, from the installed package."""
    if name not in _ASSETS:
        raise not_found()
    content = (resources.files("fastapi_swagger") / "resources" / name).read_bytes()
    return Response(content, media_type=_ASSETS[name], headers={"Cache-Control": "public, max-age=86400"})
