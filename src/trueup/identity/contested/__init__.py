"""What a policy must not decide: whom a record may be, and what contradicts itself."""
