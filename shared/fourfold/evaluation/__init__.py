"""Evaluations: the same briefs written two ways, compared with statistics one can act on."""
