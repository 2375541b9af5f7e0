: High-voltage-activated calcium channel, m^2 h, of Mainen & Sejnowski (1996); rates computed exactly (no table).

NEURON {
    SUFFIX ca
    USEION ca READ eca WRITE ica
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
    gbar = 0.1 (pS/um2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    eca (mV)
    ica (mA/cm2)
    q
    minf
    hinf
    mtau (ms)
    htau (ms)
}

STATE { m h }

INITIAL {
    q = phi()
    rates(v)
    m = minf
    h = hinf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ica = (1e-4)*q*gbar*m*m*h*(v - eca)
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m)/mtau
    h' = (hinf - h)/htau
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    a = 0.209*lx(-(27 + v)/3.8)
    b = 0.94*exp((-75 - v)/17)
    mtau = 1/(q*(a + b))
    minf = a/(a + b)
    a = 0.000457*exp((-13 - v)/50)
    b = 0.0065/(exp((-15 - v)/28) + 1)
    htau = 1/(q*(a + b))
    hinf = a/(a + b)
}

INCLUDE "rates.inc"
