: Fast sodium channel, m^3 h, of Mainen & Sejnowski (1996); rates shifted by `shift`, computed exactly (no table).

NEURON {
    SUFFIX na
    USEION na READ ena WRITE ina
    RANGE gbar, shift
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    (pS) = (picosiemens)
    (um) = (micron)
}

PARAMETER {
    gbar = 1000 (pS/um2)
    shift = -10 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
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
    ina = (1e-4)*q*gbar*m*m*m*h*(v - ena)
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m)/mtau
    h' = (hinf - h)/htau
}

PROCEDURE rates(v (mV)) {
    LOCAL w, a, b
    w = v + shift
    a = 0.182*9*lx((-35 - w)/9)
    b = 0.124*9*lx((w + 35)/9)
    mtau = 1/(q*(a + b))
    minf = a/(a + b)
    a = 0.024*5*lx((-50 - w)/5)
    b = 0.0091*5*lx((w + 75)/5)
    htau = 1/(q*(a + b))
    hinf = 1/(1 + exp((w + 65)/6.2))
}

INCLUDE "rates.inc"
