import { ownMember } from '../../core/own-member.ts'

/** What an answer shows of who gave it. Names of headers and cookies; `text` is the beginning of the body. */
export interface Traces {
  headers: readonly string[]
  cookies: readonly string[]
  text: string
  /** Where it redirects to. */
  location: URL | null
  /** The scheme that `WWW-Authenticate` asks for, in lower case. */
  scheme: string | null
}

/** What such a thing lets a program in with. */
export type Pass = 'basic' | 'bearer' | 'cookie' | 'service-token' | 'identity-token' | 'tunnel-token' | 'any'

/** A kind of sign-in that people put before a gateway, and by what it is known. */
interface FrontKind {
  name: string
  pass: Pass
  host?: RegExp
  path?: RegExp
  header?: RegExp
  cookie?: RegExp
  text?: RegExp
}

/** By their documentation; the first that fits counts. */
const KINDS: readonly FrontKind[] = [
  {
    name: 'Cloudflare Access',
    pass: 'service-token',
    host: /(^|\.)cloudflareaccess\.com$/,
    path: /^\/cdn-cgi\/access\//,
    header: /^cf-access-/,
    cookie: /^CF_(Authorization|AppSession)/,
    text: /cloudflareaccess\.com|Cloudflare Access/,
  },
  {
    name: 'Google Identity-Aware Proxy',
    pass: 'identity-token',
    host: /^accounts\.google\.com$/,
    header: /^x-goog-iap-/,
    cookie: /^GCP_IAP_|^GCP_IAAP_/,
    text: /Invalid (IAP|GCIP) credentials/,
  },
  {
    name: 'the sign-in of an AWS load balancer',
    pass: 'cookie',
    host: /\.amazoncognito\.com$/,
    cookie: /^AWSELBAuthSessionCookie|^AWSALBAuthNonce/,
  },
  {
    name: 'oauth2-proxy',
    pass: 'bearer',
    path: /^\/oauth2\/(start|sign_in)/,
    cookie: /^_oauth2_proxy/,
    text: /oauth2[-_]proxy|\/oauth2\/(start|sign_in)/i,
  },
  {
    name: 'authentik',
    pass: 'basic',
    path: /^\/outpost\.goauthentik\.io\//,
    header: /^x-authentik-/,
    cookie: /^authentik_/,
    text: /goauthentik/,
  },
  {
    name: 'Authelia',
    pass: 'cookie',
    host: /^authelia\./,
    header: /^x-authelia-/,
    cookie: /^authelia_/,
    text: /\bAuthelia\b/,
  },
  { name: 'Keycloak', pass: 'bearer', path: /\/realms\/[^/]+\/protocol\//, cookie: /^KEYCLOAK_|^KC_/ },
  {
    name: 'the sign-in of Microsoft Entra',
    pass: 'bearer',
    host: /^login\.(microsoftonline\.(com|us)|windows\.net)$|\.b2clogin\.com$/,
    path: /^\/\.auth\/login\//,
    header: /^x-ms-proxy-/,
    cookie: /^AzureAppProxy|^AppServiceAuthSession/,
  },
  { name: 'Okta', pass: 'bearer', host: /\.okta(preview|-emea)?\.com$/ },
  { name: 'Auth0', pass: 'bearer', host: /\.auth0\.com$/ },
  {
    name: 'Pomerium',
    pass: 'bearer',
    path: /^\/\.pomerium(\/|$)/,
    header: /^x-pomerium-/,
    text: /\bPomerium\b/,
  },
  { name: 'Tailscale', pass: 'any', host: /^login\.tailscale\.com$/ },
  {
    name: 'a dev tunnel',
    pass: 'tunnel-token',
    host: /\.devtunnels\.ms$|\.tunnels\.api\.visualstudio\.com$/,
  },
]

function fits(kind: FrontKind, { headers, cookies, text, location }: Traces): boolean {
  const some = (pattern: RegExp | undefined, names: readonly string[]): boolean =>
    pattern !== undefined && names.some((name) => pattern.test(name))
  return (
    some(kind.host, location ? [location.hostname] : []) ||
    some(kind.path, location ? [location.pathname] : []) ||
    some(kind.header, headers) ||
    some(kind.cookie, cookies) ||
    some(kind.text, [text])
  )
}

const BY_SCHEME: Readonly<Record<string, Pass>> = { basic: 'basic', bearer: 'bearer' }

/** Who gave an answer, `null` where nothing tells, and what lets a program in there. */
export function kindOf(traces: Traces): { name: string | null; pass: Pass } {
  const known = KINDS.find((kind) => fits(kind, traces))
  const asked = ownMember(BY_SCHEME, traces.scheme ?? '')
  return { name: known?.name ?? null, pass: asked ?? known?.pass ?? 'any' }
}
