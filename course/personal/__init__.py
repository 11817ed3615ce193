"""Which of a subscriber's values an email uses, and how each travels: as a placeholder or by choosing a variant."""
