"""Speed and memory beside a bare Flask route, in the same run: ``./run bench``."""
