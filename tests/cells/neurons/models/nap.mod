TITLE persistent sodium, written for these tests: what the step of the states leaves, the current reads

NEURON {
    SUFFIX nap
    USEION na READ ena WRITE ina
    NONSPECIFIC_CURRENT i
    RANGE gbar, gleak, eleak
}

PARAMETER {
    gbar = 0.0002 (S/cm2)
    gleak = 0.00001 (S/cm2)
    eleak = -60 (mV)
}

ASSIGNED { v (mV) ena (mV) ina (mA/cm2) i (mA/cm2) minf hinf }

STATE { h }

INITIAL { open() h = hinf }

BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gbar*minf*h*(v - ena)
    i = gleak*(v - eleak)
}

DERIVATIVE states {
    open()
    h' = (hinf - h)/(100 + 0*v)
}

PROCEDURE open() {
    minf = 1/(1 + exp(-(v + 52.6)/4.6))
    hinf = 1/(1 + exp((v + 48.8)/10))
}
