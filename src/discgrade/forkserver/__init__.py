"""Short jobs start as forks of one process that has imported what they share: imports are half of a table's time.

Snakemake's process starts the server (`starting`); in place of the interpreter of a local rule's script runs the
client, which hands the script to the server, waits, and ends as the script ended. Jobs that a cluster runs, jobs of
several threads, and all jobs where there is no server, run as ever. Nothing here decides a result, so this package is
left out of the code digests (`provenance.digests.UNTRACKED`).
"""
