: Calcium in a shell under the membrane, filled by ica and emptied towards 1e-4 mM; Mainen & Sejnowski (1996).

NEURON {
    SUFFIX cad
    USEION ca READ ica WRITE cai
    RANGE depth
}

UNITS {
    (mA) = (milliamp)
    (mM) = (milli/liter)
    (um) = (micron)
}

PARAMETER {
    depth = 0.1 (um)
    rest = 1e-4 (mM)
    tau = 200 (ms)
    F = 96485 (coulomb)
}

ASSIGNED {
    dt (ms)
    ica (mA/cm2)
}

STATE { cai (mM) }

INITIAL {
    cai = rest
}

BREAKPOINT {
    SOLVE pool
}

PROCEDURE pool() { : one step of implicit Euler for cai' = inflow + (rest - cai)/tau
    LOCAL inflow
    inflow = -(1e4)*ica/(2*F*depth)
    if (inflow < 0) {
        inflow = 0
    }
    cai = (cai + dt*(inflow + rest/tau))/(1 + dt/tau)
}
