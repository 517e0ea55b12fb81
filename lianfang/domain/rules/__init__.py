"""Rules as values (规则): how their numbers are read, compared and told apart, without a database."""
