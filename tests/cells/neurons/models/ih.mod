TITLE hyperpolarisation-activated cations, written for these tests: an ion of its own

NEURON {
    SUFFIX hd
    USEION other READ eother WRITE iother VALENCE 1
    RANGE gbar, vhalf
}

PARAMETER { gbar = 0.0001 (S/cm2) vhalf = -81 (mV) slope = 8 (mV) }

ASSIGNED { v (mV) eother (mV) iother (mA/cm2) }

STATE { l }

INITIAL { l = linf(v) }

BREAKPOINT {
    SOLVE states METHOD cnexp
    iother = gbar*l*(v - eother)
}

DERIVATIVE states { l' = (linf(v) - l)/tau(v) }

FUNCTION linf(v (mV)) { linf = 1/(1 + exp((v - vhalf)/slope)) }

FUNCTION tau(v (mV)) (ms) {
    if (v < -100) {
        tau = 20
    } else if (v > -40 && !(v > 0)) {
        tau = 10 + log10(1 + fabs(v))
    } else {
        tau = 15 + 5*tanh((v + 70)/20)
    }
}
