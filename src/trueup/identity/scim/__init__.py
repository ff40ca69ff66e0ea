"""People and groups as identity providers send them (SCIM 2.0, RFC 7643 and 7644). Room: identity."""
