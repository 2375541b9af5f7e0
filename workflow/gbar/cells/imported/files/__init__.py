"""From a stranger's file to a `Source`: all that Myokit and lxml are needed for, run in a process of its own."""
