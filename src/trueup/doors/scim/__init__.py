"""The SCIM 2.0 door: /scim/v2."""
