TITLE L-type calcium by the flux equation of Goldman, Hodgkin and Katz, written for these tests

NEURON {
    SUFFIX cal
    USEION ca READ cai, cao WRITE ica
    RANGE pbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (mM) = (milli/liter)
    FARADAY = 96485.309 (coul)
    R = 8.313424 (joule/degC)
}

PARAMETER { pbar = 0.00003 (cm/s) }

ASSIGNED { v (mV) celsius (degC) cai (mM) cao (mM) ica (mA/cm2) }

STATE { m }

INITIAL { m = inf(v) }

BREAKPOINT {
    SOLVE states METHOD cnexp
    ica = pbar*m*m*(0.001/cai)/(0.001/cai + 1)*ghk(v, cai, cao)
}

DERIVATIVE states { m' = (inf(v) - m)/(tau(v) + 0) }

FUNCTION inf(v (mV)) { inf = 1/(1 + exp(-(v + 20)/6)) }

FUNCTION tau(v (mV)) (ms) {
    LOCAL a, b
    a = 15.69*(-v + 81.5)/(exp((-v + 81.5)/10) - 1)
    b = 0.29*exp(-v/10.86)
    tau = 1/(a + b) + 0.2
}

FUNCTION ghk(v (mV), ci (mM), co (mM)) (.001 coul/cm3) {
    LOCAL z
    z = (1e-3)*2*FARADAY*v/(R*(celsius + 273.15))
    ghk = (.001)*2*FARADAY*(ci*efun(-z) - co*efun(z))
}

FUNCTION efun(z) {
    if (fabs(z) < 1e-4) {
        efun = 1 - z/2
    } else {
        efun = z/(exp(z) - 1)
    }
}
