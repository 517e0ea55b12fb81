"""Views (视图): parse the request, call an action or a register, show. No rule lives here."""
