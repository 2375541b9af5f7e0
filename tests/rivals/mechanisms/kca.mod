: Calcium-dependent potassium channel, n, of Mainen & Sejnowski (1996).

NEURON {
    SUFFIX kca
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (mM) = (milli/liter)
    (S) = (siemens)
    (pS) = (picosiemens)
    (um) = (micron)
}

PARAMETER {
    gbar = 10 (pS/um2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    cai (mM)
    ik (mA/cm2)
    q
    ninf
    ntau (ms)
}

STATE { n }

INITIAL {
    q = phi()
    rates(cai)
    n = ninf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = (1e-4)*q*gbar*n*(v - ek)
}

DERIVATIVE states {
    rates(cai)
    n' = (ninf - n)/ntau
}

PROCEDURE rates(cai (mM)) {
    LOCAL a, b
    a = 0.01*cai
    b = 0.02
    ntau = 1/(q*(a + b))
    ninf = a/(a + b)
}

INCLUDE "rates.inc"
