// A front end by openid-client: reads one line of JSON, answers with one.
import { createInterface } from 'node:readline'
import * as client from 'openid-client'

let hub, about, verifier, state

const acts = {
  async discover(given) {
    about = given
    const key = await crypto.subtle.importKey(
      'jwk', given.key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'],
    )
    hub = await client.discovery(
      new URL(given.issuer),
      given.client_id,
      { id_token_signed_response_alg: 'ES256' },
      client.PrivateKeyJwt({ key, kid: given.key.kid }),
      { execute: [client.allowInsecureRequests] },
    )
    return hub.serverMetadata().issuer
  },
  async sign_in_at() {
    verifier = client.randomPKCECodeVerifier()
    state = client.randomState()
    return client.buildAuthorizationUrl(hub, {
      redirect_uri: about.redirect_uri,
      scope: about.scope,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce: about.nonce,
    }).href
  },
  async signed_in({ back }) {
    const tokens = await client.authorizationCodeGrant(hub, new URL(back), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: about.nonce,
      idTokenExpected: true,
    })
    return { ...tokens, claims: tokens.claims() }
  },
  async exchange({ token, audience, scope }) {
    const answer = await client.genericGrantRequest(hub, about.exchange, {
      subject_token: token,
      subject_token_type: about.access,
      audience,
      scope,
    })
    return answer.access_token
  },
  introspect: ({ token }) => client.tokenIntrospection(hub, token),
  async call({ token, url }) {
    try {
      const answer = await client.fetchProtectedResource(hub, token, new URL(url), 'GET')
      return [answer.status, await answer.json()]
    } catch (error) {
      if (!(error instanceof client.WWWAuthenticateChallengeError)) throw error
      return [error.status, error.cause]
    }
  },
  async revoke({ token }) {
    await client.tokenRevocation(hub, token)
    return null
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { what, ...given } = JSON.parse(line)
  let told
  try {
    told = { answer: await acts[what](given) }
  } catch (error) {
    const { message = '' } = error.cause ?? {}
    told = { error: `${what}: ${error.message} ${message}` }
  }
  process.stdout.write(`${JSON.stringify(told)}\n`)
}
