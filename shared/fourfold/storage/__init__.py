"""DynamoDB: the only code that knows table layouts. A folder for each domain; docs/access-patterns.md lists every key.

Documents are kept as JSON text in `doc`, so that a brief stays byte for byte what was sent; a large document is kept
compressed (`fourfold.storage.documents`). What a condition or a sort needs is an attribute beside it.
"""
