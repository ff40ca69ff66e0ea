"""The registry of competencies and what tags mean."""
