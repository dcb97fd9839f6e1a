"""A domain of the operator for the REST API, at its root: `https://api.example.com/v1/...`, without a stage."""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_route53 as route53
from constructs import Construct

from infra.settings import StageSettings


class CustomDomain(Construct):
    """The regional domain, its mapping, and its record where the stage names a hosted zone.

    Without a zone the operator makes a CNAME record from the domain to the output `ApiDomainTarget`.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: StageSettings, rest_api: apigateway.RestApi
    ) -> None:
        super().__init__(scope, construct_id)
        domain = apigateway.CfnDomainName(
            self,
            "Name",
            domain_name=settings.domain_name,
            regional_certificate_arn=settings.certificate_arn,
            security_policy="TLS_1_2",
            endpoint_configuration=apigateway.CfnDomainName.EndpointConfigurationProperty(types=["REGIONAL"]),
        )
        apigateway.CfnBasePathMapping(
            self,
            "Mapping",
            domain_name=domain.ref,
            rest_api_id=rest_api.rest_api_id,
            stage=rest_api.deployment_stage.stage_name,
        )
        CfnOutput(self, "Target", value=domain.attr_regional_domain_name).override_logical_id("ApiDomainTarget")
        if settings.hosted_zone_id:
            route53.CfnRecordSet(
                self,
                "Record",
                name=settings.domain_name,
                type="A",
                hosted_zone_id=settings.hosted_zone_id,
                alias_target=route53.CfnRecordSet.AliasTargetProperty(
                    dns_name=domain.attr_regional_domain_name,
                    hosted_zone_id=domain.attr_regional_hosted_zone_id,
                ),
            )
