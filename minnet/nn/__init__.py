"""What a network is made of: layers, activations and losses, their parameters, the network."""
