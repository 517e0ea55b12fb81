"""One-to-one follow-up (人盯人): who looks after whom, with a backup for everybody."""
