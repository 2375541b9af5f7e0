: Izhikevich (2003): at the start of a step V above 30 mV is reset, then V and u advance together by implicit Euler.
: NEURON records after BEFORE STEP; `seen` is V before the reset, the V to record.

NEURON {
    POINT_PROCESS Izhi
    RANGE a, b, c, d, I, seen
}

PARAMETER {
    a = 0.01
    b = 0.2
    c = -65
    d = 2
    I = 0
}

ASSIGNED {
    seen
}

STATE { V u }

INITIAL {
    V = -65
    u = -13
    seen = V
}

AFTER SOLVE {
    seen = V
}

BEFORE STEP {
    if (V > 30) {
        V = c
        u = u + d
    }
}

BREAKPOINT {
    SOLVE izhikevich METHOD derivimplicit
}

DERIVATIVE izhikevich {
    V' = 0.04*V*V + 5*V + 140 - u + I
    u' = a*(b*V - u)
}
