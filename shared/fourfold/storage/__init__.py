"""DynamoDB: the only place that knows table layouts.

Personas   pk `WS#<workspace>`             sk `PERSONA#<id>` or `RUN#<id>`; ids sort by time, newest listed first;
                                           `SLUG#<slug>` names the persona that has it; `DELETED#<id>` what is being
                                           removed; `OF#<persona id>#<kind>#<name>` what a persona owns: its VERSIONs,
                                           the BASIS each run left, a pointer to each RUN, what its CARD carried
RunEvents  pk `WS#<workspace>#RUN#<run>`   sk the entry's number; expires after 30 days
ApiKeys    pk `KEY#<sha256 of the key>`
Connections: see `fourfold.storage.connections`

Documents are kept as JSON text in `doc`: the brief stays byte for byte as it came and numbers stay what they were.
What a condition or a sort needs stands beside it as attributes.
"""
