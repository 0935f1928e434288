// The types of tallystick.mjs.

type Status = number | `${number}`;

/** A case by its code, by its status, or by both. `Code` may be the `ErrorCode` of the msw export. */
export type CaseName<Code extends string = string> = Code | Status | `${number} ${Code}`;

/** `path.…`, `query.…`, `header.…`, `body.…` or `operation`, and the value that it must have. */
export type Match = Record<string, string | number | boolean>;

export interface Times {
  /** How often; null for ever. By default once. */
  times?: number | null;
  match?: Match;
}

export interface OwnAnswer {
  /** JSON; by default the documented one. */
  body?: unknown;
  /** From 200 to 599, documented or not; by default that of the success. */
  status?: number;
  headers?: Record<string, string | string[]>;
}

export interface Force {
  id: number;
  cases: string[];
  times: number | null;
  match: Record<string, string>;
  left: number | null;
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: unknown;
}

export type FaultName =
  | "reset"
  | "empty"
  | "truncated"
  | "garbage"
  | "hang"
  | "slow"
  | "wrong-type"
  | "bad-gateway";

export interface FaultOptions extends Times {
  /** Seconds before the answer. */
  delay?: number;
  /** The share of requests, from 0 to 1, drawn with `seed`. */
  rate?: number;
  seed?: number;
}

export interface Fault {
  id: number;
  faults: (FaultName | null)[];
  delay: number;
  times: number | null;
  match: Record<string, string>;
  rate: number;
  seed: number;
  left: number | null;
}

/** A request that came. */
export interface JournalEntry {
  id: number;
  time: string;
  method: string;
  path: string;
  operation: string | null;
  status: number;
  case: string;
  reason: string;
}

export interface Expected<Code extends string = string> {
  case?: CaseName<Code>;
  times?: number;
  at_least?: number;
  at_most?: number;
  /** Seconds to wait until it is so. */
  within?: number;
}

export interface Clock {
  now: string;
  frozen: boolean;
}

/** Sends a request to the control API: in Cypress by `cy.request`. */
export type Send<Sent> = (method: string, url: string, body?: unknown) => Sent;

/** A promise; with a `send` of your own, what that gives. */
export type Result<Sent, T> = [Sent] extends [never] ? Promise<T> : Sent;

/** A running mock, or one session of it. */
export class Mock<Code extends string = string, Sent = never> {
  constructor(url?: string);
  constructor(url: string | undefined, options: { send: Send<Sent> });

  /** The base URL for the code under test. */
  readonly url: string;

  /** The same mock in a session that nobody else has, named after a test. */
  session(title: string): Mock<Code, Sent>;
  sessions(): Result<Sent, { name: string; requests: number }[]>;

  /** The next requests get these cases in turn. */
  force(cases: readonly CaseName<Code>[], options?: Times & OwnAnswerOfCases): Result<Sent, Force>;

  /** The next requests get this answer of your own; `violations` is what the document forbids. */
  answer(own: OwnAnswer, options?: Times): Result<Sent, Force & { violations: string[] }>;

  /** The next answers arrive so; none but a delay, where the list is empty. */
  fault(faults: readonly FaultName[], options?: FaultOptions): Result<Sent, Fault>;

  advance(seconds: number): Result<Sent, Clock>;
  freeze(): Result<Sent, Clock>;
  thaw(): Result<Sent, Clock>;

  /** What came: of one case, after an id, or after waiting for one. */
  requests(query?: {
    case?: CaseName<Code>;
    after?: number;
    wait?: number;
  }): Result<Sent, JournalEntry[]>;

  /** Rejects where not as many requests came. */
  verify(expected?: Expected<Code>): Result<Sent, { count: number }>;

  coverage(): Result<
    Sent,
    { operation: string; status: string; code: string | null; served: number }[]
  >;
  reset(): Result<Sent, undefined>;

  /** What else the control API has: `path` follows `/_tallystick/`. */
  control(method: string, path: string, body?: unknown): Result<Sent, unknown>;
}

/** What of a forced case may be another: a case has its own status. */
type OwnAnswerOfCases = Pick<OwnAnswer, "body" | "headers">;
