"""The peers' servers, one a file, each run with its own interpreter: `PYTHON -m tests.bench.peers.servers.NAME PORT FILE`."""
