"""What waits for a decision or a corrected resend: found, corrected, settled. Knows no key and no person."""
