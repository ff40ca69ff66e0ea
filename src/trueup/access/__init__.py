"""Grants, scopes, roles and what they may see."""
