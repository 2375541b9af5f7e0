# What rules take from the functions of jobs: the files behind them, their commands, what they ask a cluster for.
JOBS = contracts()


def code(verb, *more):
    """The library files behind a job: Snakemake compares their content, since it does not see imports."""
    contract = JOBS[verb]
    runtime = ["gbar.jobs.runtime"] if contract.jax else []
    return [os.path.relpath(file) for file in code_of(f"{contract.module}:{contract.function}", *runtime, *more)]


def sweep_code(verb):
    """The same for a job of one sweep, with the modules and data of its cell, which the library finds by name."""

    def of_sweep(wildcards):
        section = STUDY.sweeps[wildcards.sweep].cell
        data = section.files() or map(os.path.relpath, data_of(f"gbar.cells.{section.name}"))
        return code(verb, *cells.modules(section.cell())) + list(data)

    return of_sweep


def job(verb, **said):
    """The params of a job: what its verb is told beside files, the command of both, and its message.

    An option that is called as a wildcard and is no file is that, if nothing else is said. Snakemake compares `said`
    alone: what takes input or output is told anew for each job.
    """

    def told(wildcards):
        by_name = {one.name: wildcards[one.name] for one in JOBS[verb].parameters if one.name in wildcards.keys()}
        return by_name | {name: value(wildcards) if callable(value) else value for name, value in said.items()}

    def command(wildcards, input, output):
        return shlex.join(JOBS[verb].words(told(wildcards), dict(input.items()), dict(output.items())))

    def doing(wildcards, input):
        about = ", ".join(f"{name} {value}" for name, value in wildcards.items())
        return JOBS[verb].summary + (f" ({about})" if about else "")

    return {"said": told, "command": command, "doing": doing}


def nothing(wildcards):
    return ()


def asks(verb, study=nothing):
    """What a job asks a cluster for, by the parts of the study that its need is told from: more at each attempt."""
    need = JOBS[verb].of_machine()
    return {
        "mem_mb": lambda wildcards, attempt: need(*study(wildcards)).mem_mb(attempt),
        "runtime": lambda wildcards, attempt: need(*study(wildcards)).runtime_min(attempt),
    }


def checkpoints_in(pattern):
    """No output: Snakemake deletes the outputs of a killed job, and training takes up its checkpoints."""
    return lambda w: f"{RESULTS}/checkpoints/{pattern}".format(**dict(w.items()))


def named(pattern, names):
    """Files by the name that a verb takes them by."""
    return [(name, pattern.format(name)) for name in names]
