// Generated from the OpenAPI document by examples.client.generate; do not edit.

export interface Actor {
  account: string;
  issuer: string;
}

export interface Application {
  id: string;
  kind: string;
  notices: Array<Notice>;
  procedures: Array<Procedure>;
  program: string | null;
  status: string | null;
  status_ja: string | null;
  submitted_on: string | null;
  system: string;
  title: string | null;
}

export interface Business {
  as_of?: string | null;
  fields: Record<string, Value>;
  id: string;
  lists?: Record<string, Array<ListItem>> | null;
}

export interface BusinessName {
  corporate_number?: string | null;
  id: string;
  name?: string | null;
}

export interface Category {
  code: string;
  name: string | null;
  procedure: string | null;
}

export interface Change {
  data?: Record<string, unknown> | null;
  datacontenttype?: string | null;
  dataschema?: string | null;
  id: string;
  scope?: string | null;
  source: string;
  specversion: string;
  subject?: string | null;
  time: string;
  type: string;
}

export interface Checking {
  answers: Record<string, unknown>;
  day?: string | null;
  draft_version?: string | null;
}

export interface FieldError {
  what: string;
  where: string;
}

export interface Filling {
  day?: string | null;
  fields?: Array<string> | null;
}

export interface Found {
  id: string;
  open?: boolean | null;
  title: string | null;
  values: Record<string, unknown>;
}

export interface Health {
  status: string;
}

export interface ListItem {
  as_of: string | null;
  since: string | null;
  stream: string;
  system: string;
  values: Record<string, unknown>;
}

export interface Looked {
  actor: string | null;
  allowed: boolean;
  at: string;
  channel: string;
  client: string | null;
  id: string;
  operation: string;
  purpose: string | null;
  rule: string;
  scopes: Array<string>;
  subject: string | null;
  systems: Array<string>;
}

export interface Mandate {
  categories: Array<Category>;
  ends_on: string | null;
  number: string;
  starts_on: string | null;
  system_code: string;
}

export interface Me {
  actors: Array<Actor>;
  business: BusinessName | null;
  client: string;
  expires_at: string;
  may_represent: Array<Representable>;
  purposes: Array<string>;
  scopes: Array<string>;
  subject: Actor | null;
}

export interface Notice {
  body?: string | null;
  kind?: string | null;
  kind_ja?: string | null;
  procedure?: string | null;
  sent_at?: string | null;
  title?: string | null;
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
  errors?: Array<FieldError> | null;
  status: number;
  title: string;
  title_ja: string;
  type: string;
}

export interface Procedure {
  decided_on?: string | null;
  decision?: string | null;
  due_at?: string | null;
  form_version?: string | null;
  history: Array<Step>;
  id?: string | null;
  kind?: string | null;
  kind_ja?: string | null;
  state?: string | null;
  state_ja?: string | null;
  submitted_at?: string | null;
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
  note?: string | null;
  occurred_at?: string | null;
  state?: string | null;
  state_ja?: string | null;
}

export interface Value {
  as_of: string | null;
  known_to?: number | null;
  precision?: string | null;
  since: string | null;
  stream: string;
  system: string;
  value: unknown;
}
