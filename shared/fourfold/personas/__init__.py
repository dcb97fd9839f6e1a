"""Operations on a written persona: updates by its owner, and deletion."""
