"""A bound on what one API key, or one address without a key, takes of the stage's throttle (decision 71)."""

from __future__ import annotations

import json
from typing import Final

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.settings import StageSettings

_WINDOW_S: Final = 60
_TOO_MANY: Final = 429
_BODY: Final = "too_many_requests"
_PROBLEM: Final = {
    "type": "about:blank",
    "title": "Too many requests",
    "status": _TOO_MANY,
    "detail": "Retry in a minute.",
    "code": "rate_limited",
}


class EdgeThrottle(Construct):
    """A web ACL on the stage: rate rules by the Authorization header and by address, over a minute.

    WAF counts before API Gateway's own throttle, which all keys share. It stores a hash of the header for the window.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: StageSettings, rest_api: apigateway.RestApi
    ) -> None:
        super().__init__(scope, construct_id)
        acl = waf.CfnWebACL(
            self,
            "WebAcl",
            scope="REGIONAL",
            description=f"fourfold-{settings.name}: requests a minute of a key and of an address",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            custom_response_bodies={
                _BODY: waf.CfnWebACL.CustomResponseBodyProperty(
                    content=json.dumps(_PROBLEM), content_type="APPLICATION_JSON"
                )
            },
            rules=[
                _rule("Keys", 0, _by_key(settings.edge_requests_per_minute)),
                _rule("Addresses", 1, _by_address(2 * settings.edge_requests_per_minute)),
            ],
            visibility_config=_metric("WebAcl"),
        )
        association = waf.CfnWebACLAssociation(
            self, "Association", resource_arn=rest_api.deployment_stage.stage_arn, web_acl_arn=acl.attr_arn
        )
        association.node.add_dependency(rest_api.deployment_stage)


def _by_key(limit: int) -> waf.CfnWebACL.RateBasedStatementProperty:
    header = waf.CfnWebACL.RateLimitHeaderProperty(
        name="authorization", text_transformations=[waf.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")]
    )
    return waf.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="CUSTOM_KEYS",
        custom_keys=[waf.CfnWebACL.RateBasedStatementCustomKeyProperty(header=header)],
        evaluation_window_sec=_WINDOW_S,
        limit=limit,
    )


def _by_address(limit: int) -> waf.CfnWebACL.RateBasedStatementProperty:
    return waf.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP", evaluation_window_sec=_WINDOW_S, limit=limit
    )


def _rule(name: str, priority: int, statement: waf.CfnWebACL.RateBasedStatementProperty) -> waf.CfnWebACL.RuleProperty:
    header = waf.CfnWebACL.CustomHTTPHeaderProperty(name="Retry-After", value=str(_WINDOW_S))
    response = waf.CfnWebACL.CustomResponseProperty(
        response_code=_TOO_MANY, custom_response_body_key=_BODY, response_headers=[header]
    )
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        action=waf.CfnWebACL.RuleActionProperty(block=waf.CfnWebACL.BlockActionProperty(custom_response=response)),
        statement=waf.CfnWebACL.StatementProperty(rate_based_statement=statement),
        visibility_config=_metric(name),
    )


def _metric(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    # No samples: they would show the header, and with it the key.
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=f"fourfold{name}", sampled_requests_enabled=False
    )
