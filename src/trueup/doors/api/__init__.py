"""The HTTP doors of contracts/openapi.yaml: each parses, calls one leg, answers."""
