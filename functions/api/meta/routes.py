"""Routes of the service: health, openapi.json, and an offline Swagger UI."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from fourfold.http.problems import not_found
from functions.api.meta.schemas import VERSION, Health

router = APIRouter(tags=["service"])

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
# All URLs are relative, so the page works behind a stage's path prefix. The CSP blocks requests to other hosts.
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
_POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'none'"


@router.get("/v1/health", summary="Check health")
def check_health(request: Request) -> Health:
    """Returns `ok` if the process serves requests and changes can be stored. Requires no API key."""
    reason: str | None = request.app.state.storage_failure()
    return Health(status="degraded" if reason else "ok", version=VERSION, reason=reason)


@router.get("/v1/openapi.json", include_in_schema=False)
async def openapi_document(request: Request) -> JSONResponse:
    """Returns the OpenAPI 3.1 document. Its server is the called address, with the stage's path if it has one."""
    document = request.app.openapi()
    servers = [{**server, "url": request.scope.get("root_path") or "/"} for server in document["servers"]]
    return JSONResponse({**document, "servers": servers})


@router.get("/docs", include_in_schema=False)
async def docs_page() -> HTMLResponse:
    """Returns the Swagger UI page."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/{name}", include_in_schema=False)
async def docs_asset(name: str) -> Response:
    """Returns a file of Swagger UI from the installed package."""
    if name not in _ASSETS:
        raise not_found()
    content = (resources.files("fastapi_swagger") / "resources" / name).read_bytes()
    return Response(content, media_type=_ASSETS[name], headers={"Cache-Control": "public, max-age=86400"})
