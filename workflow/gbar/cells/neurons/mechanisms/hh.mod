TITLE sodium, potassium and leak of the squid axon at 6.3 degrees Celsius

COMMENT
Hodgkin AL, Huxley AF. A quantitative description of membrane current and its application to conduction and excitation
in nerve. J Physiol 1952;117:500-544. doi:10.1113/jphysiol.1952.sp004764
V is that of today, with rest at -65 mV.
ENDCOMMENT

NEURON {
    SUFFIX hh
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    NONSPECIFIC_CURRENT il
    RANGE gnabar, gkbar, gl, el
}

PARAMETER {
    gnabar = 0.12 (S/cm2)
    gkbar = 0.036 (S/cm2)
    gl = 0.0003 (S/cm2)
    el = -54.3 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ek (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    il (mA/cm2)
    am (/ms) bm (/ms) ah (/ms) bh (/ms) an (/ms) bn (/ms)
}

STATE { m h n }

INITIAL {
    rates(v)
    m = am/(am + bm)
    h = ah/(ah + bh)
    n = an/(an + bn)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gnabar*m^3*h*(v - ena)
    ik = gkbar*n^4*(v - ek)
    il = gl*(v - el)
}

DERIVATIVE states {
    rates(v)
    m' = am*(1 - m) - bm*m
    h' = ah*(1 - h) - bh*h
    n' = an*(1 - n) - bn*n
}

PROCEDURE rates(v (mV)) {
    LOCAL q10
    q10 = 3^((celsius - 6.3)/10)
    am = q10*0.1*(v + 40)/(1 - exp(-(v + 40)/10))
    bm = q10*4*exp(-(v + 65)/18)
    ah = q10*0.07*exp(-(v + 65)/20)
    bh = q10/(1 + exp(-(v + 35)/10))
    an = q10*0.01*(v + 55)/(1 - exp(-(v + 55)/10))
    bn = q10*0.125*exp(-(v + 65)/80)
}
