TITLE potassium opened by calcium, written for these tests

NEURON {
    SUFFIX kca
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gbar
}

UNITS { (mV) = (millivolt) (mA) = (milliamp) (mM) = (milli/liter) (pS) = (picosiemens) (um) = (micron) }

PARAMETER { gbar = 5 (pS/um2) k = 0.00043 (mM) }

ASSIGNED { v (mV) ek (mV) ik (mA/cm2) cai (mM) zinf }

STATE { z }

INITIAL { open(cai) z = zinf }

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = (1e-4)*gbar*z*(v - ek)
}

DERIVATIVE states { open(cai) z' = (zinf - z)/3 }

PROCEDURE open(c (mM)) {
    if (c < 1e-7) { c = c + 1e-7 }
    zinf = 1/(1 + (k/c)^4.8)
}
