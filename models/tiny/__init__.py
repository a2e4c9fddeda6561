"""How the two packaged models are made: their tasks, vocabulary, architecture, training and figures."""
