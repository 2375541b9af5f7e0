"""From a voltage trace back to the parameters of its cell: data set, training, ensemble, recordings."""
