TITLE fast sodium, written for these tests: guards, a table, a temperature factor that INITIAL sets for good

NEURON {
    SUFFIX nat
    USEION na READ ena WRITE ina
    RANGE gbar, vshift, g
    GLOBAL q10, minf, mtau, hinf, htau
    THREADSAFE
}

UNITS {
    (S) = (siemens)
    (mV) = (millivolt)
    (mA) = (milliamp)
}

PARAMETER {
    gbar = 0.04 (S/cm2) <0, 1e3>
    vshift = 0 (mV)
    q10 = 2.3
    temp = 23 (degC) : of the measurements
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    g (S/cm2)
    minf mtau (ms) hinf htau (ms)
    tadj
}

STATE { m FROM 0 TO 1 h <1e-4> }

INITIAL {
    tadj = q10^((celsius - temp)/(10 (degC)))
    rates(v + vshift)
    m = minf
    h = hinf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    g = gbar*m*m*m*h
    ina = g*(v - ena)
}

DERIVATIVE states {
    rates(v + vshift)
    m' = (minf - m)/mtau
    h' = (hinf - h)/htau
}

PROCEDURE rates(u (mV)) {
    LOCAL a, b
    TABLE minf, mtau, hinf, htau DEPEND celsius, temp FROM -120 TO 100 WITH 440
    if (u == -35 || u == -50 || u == -75) { u = u + 0.0001 }
    a = 0.182*(u + 35)/(1 - exp(-(u + 35)/9))
    b = -0.124*(u + 35)/(1 - exp((u + 35)/9))
    mtau = 1/(tadj*(a + b))
    minf = a/(a + b)
    a = 0.024*(u + 50)/(1 - exp(-(u + 50)/5))
    b = -0.0091*(u + 75)/(1 - exp((u + 75)/5))
    htau = 1/(tadj*(a + b))
    hinf = 1/(1 + exp((u + 65)/6.2))
}
