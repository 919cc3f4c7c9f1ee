"""What lasts: a model of how long jobs go on, learnt from the match alone and judged on people it has not seen."""
