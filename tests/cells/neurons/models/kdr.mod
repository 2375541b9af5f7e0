COMMENT
Delayed rectifier potassium, written for these tests: functions in functions, a rate in alpha and beta, lower limits.
ENDCOMMENT

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    FARADAY = (faraday) (coulomb)
    R = (k-mole) (joule/degC)
}

NEURON {
    SUFFIX kdr
    USEION k READ ek WRITE ik
    RANGE gkbar
    GLOBAL zeta, vhalf
}

PARAMETER {
    gkbar = 0.01 (mho/cm2)
    vhalf = 5 (mV)
    zeta = -3 (1)
    gm = 0.7 (1)
    a0 = 0.02 (/ms)
    shortest = 1 (ms)
    q10 = 1
}

ASSIGNED { v (mV) ek (mV) celsius (degC) ik (mA/cm2) ninf taun (ms) }

STATE { n }

INITIAL { rates(v) n = ninf }

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gkbar*n*(v - ek)
}

FUNCTION alpha(v (mV)) { alpha = exp(power(v)) }

FUNCTION beta(v (mV)) { beta = exp(gm*power(v)) }

FUNCTION power(v (mV)) { power = (1e-3)*zeta*(v - vhalf)*FARADAY/(R*(273.16 + celsius)) }

DERIVATIVE states {
    rates(v)
    n' = (1/taun)*(ninf - n)
}

PROCEDURE rates(v (mV)) {
    LOCAL a, qt
    qt = q10^((celsius - 24)/10)
    a = alpha(v)
    ninf = 1/(1 + a)
    taun = beta(v)/(qt*a0*(1 + a))
    IF (taun < shortest/qt) { taun = shortest/qt } ELSE { taun = 1*taun }
}
