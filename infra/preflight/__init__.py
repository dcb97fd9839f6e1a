"""What a deployment needs of its account, checked before anything is deployed.

`checks.run` makes the findings, `report.screen` shows them on one screen. Nothing is changed and no secret is read.
"""
