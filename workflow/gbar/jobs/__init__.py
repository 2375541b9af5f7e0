"""What the workflow must know of a job: what it needs of a machine, which files it runs, how it starts."""
