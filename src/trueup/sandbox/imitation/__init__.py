"""An imitation of outside systems, with faults on demand: to try trueup with, and to test it. Never a real system."""
