"""CDK feature flags of this app, kept here rather than in cdk.json.

Only the CDK CLI reads cdk.json, and the local engine synthesizes without it; both must give the same template.
"""

from __future__ import annotations

from typing import Final

FEATURE_FLAGS: Final[dict[str, object]] = {
    "@aws-cdk/core:target-partitions": ["aws"],
    "@aws-cdk/core:enablePartitionLiterals": True,
    "@aws-cdk/core:includePrefixInUniqueNameGeneration": True,
    "@aws-cdk/core:validateAgainstDefaultRules": True,
    "@aws-cdk/core:explicitStackTags": True,
    # Strong references are exports, so the data stack cannot remove what the service stack still uses.
    "@aws-cdk/core:defaultCrossStackReferences": "strong",
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-lambda:recognizeLayerVersion": True,
    "@aws-cdk/aws-lambda:useCdkManagedLogGroup": True,
    "@aws-cdk/aws-apigateway:disableCloudWatchRole": True,
    "@aws-cdk/aws-apigateway:logGroupDestinationArnWithoutWildcard": True,
    "@aws-cdk/aws-events:eventsTargetQueueSameAccount": True,
    "@aws-cdk/aws-dynamodb:resourcePolicyPerReplica": True,
    "@aws-cdk/aws-dynamodb:retainTableReplica": True,
}
