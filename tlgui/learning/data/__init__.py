"""Photos on their way to the network: decoded ahead, augmented, turned into features, batched."""
