"""What became of deliveries, and of the calls that carried them. Changes nothing."""
