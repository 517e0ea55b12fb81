"""The daily briefing (日报): figures of a day in, sentences in both languages out; pure."""
