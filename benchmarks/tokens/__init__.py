"""The block `tokens`: what a token exchange costs the server, beside npm's oidc-provider."""
