"""The exact filtered search beside other products: the same vectors, the same rows left, in turns (see PEERS.md)."""
