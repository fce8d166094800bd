"""Groups that live here: who moderates them, what is theirs."""
