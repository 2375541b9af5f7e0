: Delayed rectifier, n, of Mainen & Sejnowski (1996); rates computed exactly (no table).

NEURON {
    SUFFIX kv
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    (pS) = (picosiemens)
    (um) = (micron)
}

PARAMETER {
    gbar = 5 (pS/um2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    q
    ninf
    ntau (ms)
}

STATE { n }

INITIAL {
    q = phi()
    rates(v)
    n = ninf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = (1e-4)*q*gbar*n*(v - ek)
}

DERIVATIVE states {
    rates(v)
    n' = (ninf - n)/ntau
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    a = 0.02*9*lx((25 - v)/9)
    b = 0.002*9*lx((v - 25)/9)
    ntau = 1/(q*(a + b))
    ninf = a/(a + b)
}

INCLUDE "rates.inc"
