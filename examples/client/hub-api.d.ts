// Generated from the OpenAPI document by examples.client.generate; do not edit.

export interface Actor {
  issuer: string;
  account: string;
}

export interface Application {
  id: string;
  kind: string;
  system: string;
  title: string | null;
  program: string | null;
  status: string | null;
  status_ja: string | null;
  submitted_on: string | null;
  procedures: Array<Procedure>;
  notices: Array<Notice>;
}

export interface Business {
  id: string;
  as_of?: string | null;
  fields: Record<string, Value>;
  lists?: Record<string, Array<ListItem>> | null;
}

export interface BusinessName {
  id: string;
  corporate_number?: string | null;
  name?: string | null;
}

export interface Category {
  code: string;
  name: string | null;
  procedure: string | null;
}

export interface Change {
  specversion: string;
  id: string;
  source: string;
  type: string;
  subject?: string | null;
  time: string;
  datacontenttype?: string | null;
  dataschema?: string | null;
  scope?: string | null;
  data?: Record<string, unknown> | null;
}

export interface Checking {
  answers: Record<string, unknown>;
  day?: string | null;
  draft_version?: string | null;
}

export interface FieldError {
  where: string;
  what: string;
}

export interface Filling {
  day?: string | null;
  fields?: Array<string> | null;
}

export interface Found {
  id: string;
  title: string | null;
  open?: boolean | null;
  values: Record<string, unknown>;
}

export interface Health {
  status: string;
}

export interface ListItem {
  values: Record<string, unknown>;
  system: string;
  stream: string;
  as_of: string | null;
  since: string | null;
}

export interface Looked {
  id: string;
  at: string;
  operation: string;
  channel: string;
  allowed: boolean;
  rule: string;
  purpose: string | null;
  client: string | null;
  subject: string | null;
  actor: string | null;
  systems: Array<string>;
  scopes: Array<string>;
}

export interface Mandate {
  number: string;
  system_code: string;
  starts_on: string | null;
  ends_on: string | null;
  categories: Array<Category>;
}

export interface Me {
  client: string;
  subject: Actor | null;
  actors: Array<Actor>;
  delegation: string | null;
  scopes: Array<string>;
  purposes: Array<string>;
  expires_at: string;
  business: BusinessName | null;
  may_represent: Array<Representable>;
}

export interface Notice {
  kind?: string | null;
  kind_ja?: string | null;
  title?: string | null;
  body?: string | null;
  sent_at?: string | null;
  procedure?: string | null;
}

export interface PageApplication {
  items: Array<Application>;
  next: string | null;
}

export interface PageChange {
  items: Array<Change>;
  next: string | null;
}

export interface PageFound {
  items: Array<Found>;
  next: string | null;
}

export interface PageLooked {
  items: Array<Looked>;
  next: string | null;
}

export interface PageRecord {
  items: Array<Record>;
  next: string | null;
}

export interface Problem {
  type: string;
  title: string;
  title_ja: string;
  status: number;
  errors?: Array<FieldError> | null;
}

export interface Procedure {
  id?: string | null;
  kind?: string | null;
  kind_ja?: string | null;
  state?: string | null;
  state_ja?: string | null;
  decision?: string | null;
  form_version?: string | null;
  due_at?: string | null;
  submitted_at?: string | null;
  decided_on?: string | null;
  history: Array<Step>;
}

export interface Record {
  id: string;
  system: string;
  values: Record<string, unknown>;
}

export interface Representable {
  business: BusinessName;
  delegation: Mandate | null;
}

export interface Step {
  state?: string | null;
  state_ja?: string | null;
  occurred_at?: string | null;
  note?: string | null;
}

export interface Value {
  value: unknown;
  known_to?: number | null;
  precision?: string | null;
  system: string;
  stream: string;
  as_of: string | null;
  since: string | null;
}
