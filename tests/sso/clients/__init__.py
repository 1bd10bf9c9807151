"""Front ends that real OAuth client libraries make, each from its discovery document on."""
