"""The verbs of delivery: connectors, worker, status, trace, dlq. Each file is one of them."""
