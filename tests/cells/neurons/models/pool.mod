TITLE calcium in a shell, written for these tests: a concentration that follows a state, and the diameter

NEURON {
    SUFFIX pool
    USEION ca READ ica WRITE cai
    RANGE depth, tau, rest
}

UNITS {
    (mM) = (milli/liter)
    (mA) = (milliamp)
    (um) = (micron)
    FARADAY = (faraday) (10000 coulomb)
}

PARAMETER {
    depth = 0.1 (um)
    tau = 80 (ms)
    rest = 1e-4 (mM)
}

ASSIGNED { ica (mA/cm2) diam (um) cai (mM) drive (mM/ms) shell (um) }

STATE { ca (mM) }

INITIAL {
    shell = depth
    if (diam < 2*depth) { shell = diam/2 }
    ca = rest
    cai = ca
}

BREAKPOINT { SOLVE states METHOD cnexp }

DERIVATIVE states {
    drive = -ica/(2*FARADAY*shell)
    if (drive <= 0) { drive = 0 }
    ca' = drive - (ca - rest)/tau
    cai = ca
}
