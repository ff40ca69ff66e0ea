"""The verbs of delivery: connectors, worker, pull, status, trace, dlq. Each file is one of them."""
