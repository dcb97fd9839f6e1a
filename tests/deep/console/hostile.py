"""Texts that become code, markup or a lie where a page is careless."""

from __future__ import annotations

from typing import Final

# Each would set `window.hurt`, open a dialog or ask another host.
TEXTS: Final = (
    "<script>window.hurt=1</script>",
    "<img src=x onerror=window.hurt=1>",
    "<svg/onload=window.hurt=1>",
    '"><svg onload=alert(1)>',
    "'><iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>parent.hurt=1</script>'></iframe>",
    "javascript:window.hurt=1",
    "<a href=javascript:window.hurt=1>click</a>",
    "<style>@import 'http://127.0.0.1:9/x.css';*{display:none}</style>",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css>",
    "<base href=http://127.0.0.1:9/>",
    "<form action=http://127.0.0.1:9/><input name=k></form>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "</title><script>window.hurt=1</script>",
    "</textarea><script>window.hurt=1</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hurt=1>",
    "{{constructor.constructor('window.hurt=1')()}}",
    "${window.hurt=1}",
    "<details open ontoggle=window.hurt=1>",
    "<object data=javascript:alert(1)></object>",
)
