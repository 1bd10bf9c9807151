// The peer: oidc-provider with a client that may ask for client_credentials; prints its port.
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const [jwk, client, audience, alg] = process.argv.slice(2)
const server = createServer().listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{
      client_id: 'bench',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [JSON.parse(client)] },
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: alg,
      scope: 'applications:read',
    }],
    scopes: ['applications:read'],
    jwks: { keys: [JSON.parse(jwk)] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({
          scope: 'applications:read',
          audience,
          accessTokenTTL: 300,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg } },
        }),
      },
    },
  })
  server.on('request', provider.callback())
  console.log(port)
})
