"""Parameters fitted to a trace, from an inverter's answer on."""
