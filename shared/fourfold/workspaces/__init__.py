"""Operations on a whole workspace: its deletion, and the export of all that is stored of it."""
